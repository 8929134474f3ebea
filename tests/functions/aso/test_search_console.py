"""A tenant whose Search Console is Google's: connected by OAuth, pulled by page, pulled again where data came late."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import date, timedelta

import httpx
import pytest

from shared_layer.aso import sites, syncing
from shared_layer.aso.days import newest_published
from shared_layer.aso.search_console import pulling
from shared_layer.aso.tables import performance_table
from shared_layer.core.errors import Unavailable
from shared_layer.core.settings import settings
from shared_layer.messaging.events.aso import AsoSyncDue
from shared_layer.messaging.unit import Unit
from shared_layer.storage.tenant_tables import query_tenant, tenant_table_id
from tests.support.aso import PROPERTY, Aso, new_aso
from tests.support.eventually import eventually
from tests.support.google_double import CLIENT
from tests.support.platform import LocalPlatform
from tests.support.search_console_double import SearchConsoleDouble, Seen, search_console_double
from tests.support.staging import context, documents

EMITS = ("aso_opportunities_due", "aso_sync_due", "search_performance_synced")


@pytest.fixture
def google(platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch) -> Iterator[SearchConsoleDouble]:
    with search_console_double() as double:
        monkeypatch.setenv("XYNERGY_SEARCH_CONSOLE_URL", double.url)
        monkeypatch.setenv("XYNERGY_GOOGLE_TOKEN_URL", f"{double.url}/token")
        monkeypatch.setenv("XYNERGY_GOOGLE_OAUTH", json.dumps(CLIENT))
        monkeypatch.setattr(sites, "FIRST_DAYS", 3)
        settings.cache_clear()
        yield double
    monkeypatch.undo()
    settings.cache_clear()


async def come_back(aso: Aso, query: dict[str, str]) -> httpx.Response:
    return await aso.platform.gateway.get("/api/v1/aso/search-console/callback", params=query)


async def press(aso: Aso, asked: httpx.Response, *, own: bool = True) -> httpx.Response:
    """The button of the page is pressed, in the browser that it was shown to or in another."""
    [action] = re.findall(r'action="([^"]+)"', asked.text)
    cookie = asked.headers["set-cookie"].partition(";")[0] if own else ""
    aso.platform.gateway.cookies.clear()
    return await aso.platform.gateway.post(html.unescape(action), headers={"Cookie": cookie} if cookie else {})


async def connected(aso: Aso, google: SearchConsoleDouble) -> httpx.Response:
    begun = await aso.told("POST", "/search-console/connect")
    assert begun["mode"] == "live"
    return await press(aso, await come_back(aso, google.consent(begun["authorization_url"])))


async def pulled(aso: Aso, site_id: str, since: date, until: date) -> Unit:
    unit = Unit(context("aso-engine", aso.tenant_id), aso.tenant_id, EMITS)
    await syncing.sync(AsoSyncDue(site_id=site_id, since=since, until=until), unit)
    await unit.commit()
    return unit


async def rows_of(aso: Aso, site_id: str) -> list[tuple[str, int, int]]:
    table = tenant_table_id(performance_table(aso.tenant_id, site_id))
    sql = f"SELECT query, clicks, impressions FROM `{table}` WHERE date >= DATE '2000-01-01' ORDER BY date, query, page"
    return [(one["query"], one["clicks"], one["impressions"]) for one in (await query_tenant(sql)).rows]


async def test_an_account_is_connected_once_by_the_browser_that_was_asked_and_shows_no_token(
    platform: LocalPlatform, google: SearchConsoleDouble
) -> None:
    aso = await new_aso(platform)
    google.readable = [PROPERTY]
    assert (await aso.get("/search-console"))["status"] == "mock"
    begun = await aso.told("POST", "/search-console/connect")
    assert "webmasters.readonly" in begun["authorization_url"]
    back = google.consent(begun["authorization_url"])
    asked = await come_back(aso, back)
    assert "Connect your Search Console to Tenant" in asked.text
    assert (await press(aso, asked, own=False)).status_code == 400
    assert (await press(aso, asked)).status_code == 200
    assert (await come_back(aso, back)).status_code == 400, "once"
    status = await aso.get("/search-console")
    assert (status["status"], status["properties"]) == ("connected", [PROPERTY])
    kept = str([await documents(aso.tenant_id, name) for name in ("aso_connections", "google_connects", "events")])
    assert not [one for one in (google.refresh_token, back["code"], *google.access_tokens) if one in kept]
    unknown = await aso.ask("POST", "/sites", json={"site_url": "https://not-mine.example/"})
    assert (unknown.status_code, PROPERTY in unknown.json()["detail"]) == (422, True)
    google.revoked = True
    await aso.told("DELETE", "/search-console", 204)
    assert (await aso.get("/search-console"))["status"] == "mock"


async def test_a_state_of_gmail_connects_no_search_console(
    platform: LocalPlatform, google: SearchConsoleDouble
) -> None:
    aso = await new_aso(platform)
    begun = await platform.gateway.post("/api/xynergyos/v2/gmail/connect", headers={"X-API-Key": aso.key}, json={})
    back = google.consent(begun.json()["authorization_url"])
    assert (await come_back(aso, back)).status_code == 400


async def test_a_made_up_site_gives_way_to_the_real_one(platform: LocalPlatform, google: SearchConsoleDouble) -> None:
    aso = await new_aso(platform)
    google.readable = [PROPERTY]
    newest = newest_published()
    google.days[PROPERTY] = {newest.isoformat(): [Seen("real search", f"{PROPERTY}a", 3, 40, 2.0)]}
    former = await aso.told("POST", "/sites", 201, json={"site_url": PROPERTY})
    await aso.synced(former["id"], 3)
    assert (await connected(aso, google)).status_code == 200
    [site] = await aso.listed("/sites")
    assert (site["mode"], site["id"] != former["id"]) == ("live", True)

    async def there() -> bool:
        return bool((await aso.get(f"/sites/{site['id']}"))["data_date"] == newest.isoformat())

    await eventually(there)
    assert await rows_of(aso, site["id"]) == [("real search", 3, 40)]

    async def forgotten() -> bool:
        partitions = await documents(aso.tenant_id, "aso_partitions")
        return {one["site_id"] for one in partitions} == {site["id"]}

    await eventually(forgotten)


async def test_a_day_is_pulled_by_page_to_its_end_and_replaced_when_it_changed_late(
    platform: LocalPlatform, google: SearchConsoleDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "ROWS_A_PAGE", 3)
    aso = await new_aso(platform)
    google.readable, google.hidden = [PROPERTY], 5
    newest = newest_published()
    day, before = newest.isoformat(), (newest - timedelta(days=1)).isoformat()
    whole = [Seen(f"search {number}", f"{PROPERTY}p", 9 - number, 100, 2.0) for number in range(7)]
    google.days[PROPERTY] = {day: whole[:4], before: whole}
    await connected(aso, google)
    made = await aso.told("POST", "/sites", 201, json={"site_url": PROPERTY})
    site_id = made["id"]
    await pulled(aso, site_id, newest - timedelta(days=1), newest)
    starts = [one["startRow"] for one in google.asked if len(one["dimensions"]) == 4 and one["startDate"] == before]
    assert sorted(set(starts)) == [0, 3, 6]  # the site's first pull, by its event, may ask beside this one
    assert len(await rows_of(aso, site_id)) == 11

    async def first_pull_done() -> bool:
        events = await aso.events("search_performance_synced", site_id)
        return any(one["since"] != before for one in events)

    await eventually(first_pull_done)
    google.days[PROPERTY][day] = [*whole[:3], Seen("search 3", f"{PROPERTY}p", 8, 140, 1.5)]
    for changed in (1, 0):
        unit = await pulled(aso, site_id, newest - timedelta(days=4), newest)
        told = [one.payload for one in unit.events if one.event_type == "search_performance_synced"]
        assert [one["changed_days"] for one in told] == [changed]
    rows = await rows_of(aso, site_id)
    assert len(rows) == 11
    assert rows[-1] == ("search 3", 8, 140)
    stats = await aso.get("/stats", days=1)
    assert stats["totals"]["current"]["clicks"] == stats["coverage"]["rows_clicks"] + 5


async def test_what_passes_is_asked_again_and_what_does_not_is_told_at_the_site(
    platform: LocalPlatform, google: SearchConsoleDouble
) -> None:
    aso = await new_aso(platform)
    google.readable = [PROPERTY]
    await connected(aso, google)
    made = await aso.told("POST", "/sites", 201, json={"site_url": PROPERTY})
    newest = newest_published()

    async def first_pull_done() -> bool:
        return bool(await aso.events("search_performance_synced", made["id"]))

    await eventually(first_pull_done)
    for status, reason in ((429, "rateLimitExceeded"), (503, "backendError"), (403, "quotaExceeded")):
        google.fail_next("query", status, reason)
        with pytest.raises(Unavailable):
            await pulled(aso, made["id"], newest, newest)
    google.readable = []
    await pulled(aso, made["id"], newest, newest)
    assert (await aso.get(f"/sites/{made['id']}"))["problem"] == "forbidden"
    google.readable = [PROPERTY]
    await pulled(aso, made["id"], newest, newest)
    assert (await aso.get(f"/sites/{made['id']}"))["problem"] is None
