"""Links: HEAD then GET, blocked is not broken, two strikes, a day's memory, one call a second to each host."""

from __future__ import annotations

from typing import Any

import pytest

from shared_layer.core import clock
from shared_layer.core.errors import Unavailable
from shared_layer.messaging.events.validation import LinkCheckDue
from shared_layer.messaging.unit import Unit
from shared_layer.validation import hosts
from shared_layer.validation.link import link_id
from shared_layer.validation.link_checking import queue_second_looks
from tests.functions.content.test_publishing import later
from tests.functions.validation.site import serving
from tests.support.content import Newsroom, new_newsroom
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform
from tests.support.scheduled import pause
from tests.support.staging import context, documents

PLACE = "/api/v1/validations"


@pytest.fixture(autouse=True)
def unhurried(platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hosts take any number of calls, and the minute's tick is the test's own."""
    monkeypatch.setattr(hosts, "SPACING", 0.0)
    pause(platform, "queue_second_looks")


async def complete(newsroom: Newsroom, validation: dict[str, Any]) -> dict[str, Any]:
    async def is_complete() -> bool:
        return (await newsroom.done("GET", f"{PLACE}/{validation['id']}"))["status"] == "complete"

    await eventually(is_complete)
    return await newsroom.done("GET", f"{PLACE}/{validation['id']}")


async def states(newsroom: Newsroom) -> dict[str, dict[str, Any]]:
    links = await documents(newsroom.tenant_id, "validation_links")
    return {"/" + one["url"].split("/", 3)[-1]: one for one in links}


async def test_what_blocks_machines_is_not_broken_and_get_is_asked_where_head_is_not_taken(
    platform: LocalPlatform,
) -> None:
    newsroom = await new_newsroom(platform)
    async with serving() as site:
        site.pages = {
            "/fine": 200,
            "/no-head": {"HEAD": 405, "GET": 200},
            "/liar": {"HEAD": 404, "GET": 200},
            "/forbidden": 403,
            "/busy": 429,
        }
        html = " ".join(map(site.link, site.pages)) + site.link("/fine#part")
        made = await newsroom.done("POST", PLACE, json={"html": html, "suites": ["links"]})
        assert (made["status"], made["outcome"], made["links_pending"]) == ("checking_links", None, 5)
        done = await complete(newsroom, made)
        assert (done["outcome"], done["links_pending"]) == ("passed", 0)
        blocked = [one for one in done["findings"] if one["rule"] == "links.blocked"]
        marked = [html[one["span"]["start"] : one["span"]["end"]] for one in blocked]
        assert marked == [f'<a href="{site.url}/forbidden">', f'<a href="{site.url}/busy">']
        assert [one["rule"] for one in done["findings"] if one["rule"] == "links.broken"] == []
        heads = [f"HEAD {path}" for path in site.pages]
        assert sorted(site.asked) == sorted([*heads, "GET /no-head", "GET /liar", "GET /forbidden"])
        site.asked.clear()
        again = await newsroom.done("POST", PLACE, json={"html": html, "suites": ["links"]})
        assert (again["status"], len(again["findings"]), site.asked) == ("complete", len(done["findings"]), [])
        with later(hours=25):
            assert (await newsroom.done("POST", PLACE, json={"html": html, "suites": ["links"]}))["links_pending"] == 5


async def test_only_the_second_strike_calls_a_link_dead_and_the_validation_waits_for_it(
    platform: LocalPlatform,
) -> None:
    newsroom = await new_newsroom(platform)
    async with serving() as site:
        site.pages = {"/flaky": 503, "/dead": 404}
        html = site.link("/flaky") + site.link("/dead")
        made = await newsroom.done("POST", PLACE, json={"html": html, "suites": ["links"]})

        async def struck_once() -> bool:
            return {one.get("state") for one in (await states(newsroom)).values()} == {"suspect"}

        await eventually(struck_once)
        assert (await newsroom.done("GET", f"{PLACE}/{made['id']}"))["status"] == "checking_links"
        site.pages["/flaky"] = 200
        tick = Unit(context("validation-coordinator", ""), "", ("link_check_due",))
        await queue_second_looks(tick)
        with later(minutes=3):
            await queue_second_looks(tick)
            done = await complete(newsroom, made)
        assert (done["outcome"], done["errors"]) == ("failed", 1)
        [broken] = [one for one in done["findings"] if one["rule"] == "links.broken"]
        assert html[broken["span"]["start"] : broken["span"]["end"]] == f'<a href="{site.url}/dead">'
        assert "404" in broken["reason"]
        assert {path: one["state"] for path, one in (await states(newsroom)).items()} == {
            "/flaky": "ok",
            "/dead": "broken",
        }
        told = [one for one in await documents(newsroom.tenant_id, "events") if one["event_type"] == "link_broken"]
        assert [one["payload"]["link_id"] for one in told] == [link_id(f"{site.url}/dead")]


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://169.254.169.254/latest", "http://10.0.0.1/x"])
async def test_nothing_but_the_public_internet_is_asked(platform: LocalPlatform, url: str) -> None:
    newsroom = await new_newsroom(platform)
    made = await newsroom.done("POST", PLACE, json={"html": f'<a href="{url}">x</a>', "suites": ["links"]})
    done = await complete(newsroom, made)
    assert [one["rule"] for one in done["findings"] if one["severity"] == "error"] == ["links.refused"]


async def test_a_delivery_that_comes_again_asks_nothing_twice(platform: LocalPlatform) -> None:
    from shared_layer.validation.validating import look_at_links

    newsroom = await new_newsroom(platform)
    async with serving() as site:
        site.pages = {"/fine": 200}
        made = await newsroom.done("POST", PLACE, json={"html": site.link("/fine"), "suites": ["links"]})
        await complete(newsroom, made)
        site.asked.clear()
        emits = ("link_broken", "validation_complete")
        unit = Unit(context("validation-coordinator", newsroom.tenant_id), newsroom.tenant_id, emits)
        due = LinkCheckDue(host="127.0.0.1", link_ids=[link_id(f"{site.url}/fine")], validation_id=made["id"])
        await look_at_links(due, unit)
        await unit.commit()
        told = [one["payload"] for one in await documents(newsroom.tenant_id, "events")]
        assert len([one for one in told if one.get("outcome") == "passed"]) == 1
        assert site.asked == []


async def test_calls_to_one_host_are_a_second_apart_over_all_instances(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "SPACING", 1.0)
    waited: list[float] = []

    async def noted(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(hosts.asyncio, "sleep", noted)
    host = f"h{clock.now()}.example"
    for _ in range(5):
        await hosts.turn(host)
    await hosts.turn(f"other-{host}")
    assert [round(seconds) for seconds in waited] == [0, 1, 2, 3, 4, 0]
    for _ in range(16):
        await hosts.turn(host)
    with pytest.raises(Unavailable, match="asked often"):
        await hosts.turn(host)
