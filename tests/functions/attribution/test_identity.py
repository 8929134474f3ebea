"""Whose journey it is: browsers, addresses and contacts put together where they are one person's, and not else."""

from __future__ import annotations

import asyncio

from tests.support.attribution import Attribution, conversion, new_attribution, touch
from tests.support.crm import Crm
from tests.support.platform import LocalPlatform


async def touches_of(attribution: Attribution, **name: str) -> set[str]:
    """The mediums of the touches of who goes by a name; empty where nobody does."""
    found = await attribution.ask("GET", "/journeys:lookup", params=name)
    return {one["medium"] for one in found.json()["touches"]} if found.status_code == 200 else set()


async def has(attribution: Attribution, mediums: set[str], **name: str) -> None:
    async def there() -> bool:
        return await touches_of(attribution, **name) == mediums

    await attribution.until(there)


async def test_a_browser_becomes_who_shows_up_in_it_and_two_browsers_one_person(platform: LocalPlatform) -> None:
    attribution = await new_attribution(platform)
    await attribution.send(touch("t1", "01T10:00", "phone", "a/cpc"), touch("t2", "02T10:00", "laptop", "b/email"))
    await has(attribution, {"cpc"}, anonymous_id="phone")
    await attribution.send(touch("t3", "03T10:00", "phone", "c/audio", email="Ada@Engine.example"))
    await attribution.send(conversion("c1", "04T10:00", "laptop", email="ada@engine.example"))
    for name in ({"anonymous_id": "phone"}, {"anonymous_id": "laptop"}, {"email": "ada@engine.example"}):
        await has(attribution, {"cpc", "email", "audio"}, **name)
    await attribution.until_totals(1.0, 100.0)
    assert await attribution.credits("first") == {"Paid Other": 1.0}


async def test_two_people_at_one_computer_stay_two(platform: LocalPlatform) -> None:
    attribution = await new_attribution(platform)
    await attribution.send(touch("t1", "01T10:00", "desk", "a/cpc", email="ada@engine.example"))
    await has(attribution, {"cpc"}, anonymous_id="desk")
    await attribution.send(touch("t2", "02T10:00", "desk", "b/email", email="bob@engine.example"))
    await has(attribution, {"email"}, email="bob@engine.example")
    await has(attribution, {"cpc"}, email="ada@engine.example")
    await attribution.send(touch("t3", "03T10:00", "desk", "c/audio"))
    await has(attribution, {"email", "audio"}, anonymous_id="desk")


async def test_a_person_seen_at_once_from_everywhere_is_still_one(platform: LocalPlatform) -> None:
    attribution = await new_attribution(platform)
    await asyncio.gather(
        *[
            attribution.send(touch(f"t{n}", f"{n + 1:02}T10:00", f"b{n}", "a/cpc", email="x@engine.example"))
            for n in range(8)
        ]
    )

    async def one() -> bool:
        found = await attribution.ask("GET", "/journeys:lookup", params={"email": "x@engine.example"})
        return found.status_code == 200 and len(found.json()["touches"]) == 8

    await attribution.until(one)


async def test_a_contacts_address_leads_to_its_journey_and_a_won_deal_is_credited(platform: LocalPlatform) -> None:
    attribution = await new_attribution(platform)
    crm = Crm(platform, attribution.tenant_id, attribution.key)
    contact = await crm.create(name="Ada", emails=["ada@engine.example"])
    await attribution.send(touch("t1", "01T10:00", "phone", "a/cpc", email="ada@engine.example"))
    await has(attribution, {"cpc"}, contact_id=contact["id"])
    deal = await crm.create("/deals", title="Site", amount_minor=5000, contact_id=contact["id"])
    won = (await crm.ask("PATCH", f"/deals/{deal['id']}", 1, json={"stage": "won"})).json()
    now = {"since": won["stages"][-1]["entered_at"][:10], "until": won["stages"][-1]["entered_at"][:10]}

    async def revenue(expected: float) -> None:
        async def there() -> bool:
            report = await attribution.get("/channels", **now, model="last", lookback_days=365)
            return [row["revenue"] for row in report["items"] if row["channel"] == "Paid Other"] == [expected]

        await attribution.until(there)

    await revenue(50.0)
    await crm.ask("PATCH", f"/deals/{deal['id']}", won["version"], json={"stage": "lost"})

    async def taken_back() -> bool:
        return bool((await attribution.get("/channels", **now))["totals"]["conversions"] == 0.0)

    await attribution.until(taken_back)
    await crm.ask("PATCH", f"/deals/{deal['id']}", won["version"] + 1, json={"stage": "won", "amount_minor": 7000})
    await revenue(70.0)


async def test_journeys_of_contacts_that_are_merged_become_one(platform: LocalPlatform) -> None:
    attribution = await new_attribution(platform)
    crm = Crm(platform, attribution.tenant_id, attribution.key)
    one, other = [await crm.create(name="Ada", emails=[f"a{number}@engine.example"]) for number in range(2)]
    await attribution.send(
        touch("t1", "01T10:00", "phone", "a/cpc", contact_id=one["id"]),
        touch("t2", "02T10:00", "laptop", "b/email", contact_id=other["id"]),
    )
    await has(attribution, {"email"}, contact_id=other["id"])
    await has(attribution, {"cpc"}, contact_id=one["id"])
    merged = await crm.ask("POST", "/contacts:merge", json={"contact_id": one["id"], "merged_id": other["id"]})
    assert merged.is_success, merged.text
    await has(attribution, {"cpc", "email"}, contact_id=one["id"])


async def test_a_person_who_is_erased_is_gone_from_journeys_and_stays_a_number(platform: LocalPlatform) -> None:
    attribution = await new_attribution(platform)
    await attribution.send(
        touch("t1", "01T10:00", "phone", "a/cpc", email="ada@engine.example"),
        conversion("c1", "02T10:00", "phone", 700, email="ada@engine.example"),
    )
    await attribution.until_totals(1.0, 7.0)
    auth = {"X-API-Key": attribution.key}
    asked = await platform.gateway.post(
        "/api/v1/privacy/requests", headers=auth, json={"kind": "erasure", "email": "ada@engine.example"}
    )
    assert asked.status_code in (201, 202), asked.text

    async def done() -> bool:
        found = await platform.gateway.get(f"/api/v1/privacy/requests/{asked.json()['id']}", headers=auth)
        return bool(found.json()["status"] == "done")

    await attribution.until(done)
    for name in ({"email": "ada@engine.example"}, {"anonymous_id": "phone"}):
        assert await touches_of(attribution, **name) == set()
    await attribution.until_totals(1.0, 7.0)
    await attribution.send(touch("t2", "03T10:00", "phone", "b/email"))
    await has(attribution, {"email"}, anonymous_id="phone")
