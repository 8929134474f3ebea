"""Campaigns, through the gateway: from a brief to a launch, and what is refused on the way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform

BRIEF = {"business_type": "Bakery", "target_audience": "Families nearby", "budget_range": "$5,000-$10,000"}


async def create(platform: LocalPlatform, key: str, **changes: Any) -> dict[str, Any]:
    made = await platform.gateway.post("/api/v1/campaigns", json=BRIEF | changes, headers={"X-API-Key": key})
    assert made.status_code == 201, made.text
    answer: dict[str, Any] = made.json()
    return answer


async def count(platform: LocalPlatform, key: str) -> int:
    listed = await platform.gateway.get("/api/v1/campaigns", headers={"X-API-Key": key})
    return len(listed.json()["items"])


async def test_a_brief_becomes_a_draft_whose_money_adds_up(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    campaign = await create(platform, key)
    assert campaign["status"] == "draft"
    assert sum(channel["budget_usd"] for channel in campaign["plan"]["channels"]) == 10_000
    assert campaign["ai"]["route"]
    assert campaign["ai"]["provider"] == "mock"
    assert "mock" in campaign["ai"]["notice"]


async def test_a_like_brief_takes_the_template_from_the_cache_and_costs_nothing(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    first = await create(platform, key)
    like = await create(platform, key, business_type="  bakery ", target_audience="families  NEARBY")
    assert (first["ai"]["cached"], like["ai"]["cached"]) == (False, True)
    assert like["ai"]["cost_micros"] == 0
    assert like["id"] != first["id"]


async def test_a_template_is_never_another_tenants(platform: LocalPlatform) -> None:
    _, one = await platform.tenant()
    _, other = await platform.tenant()
    await create(platform, one)
    assert (await create(platform, other))["ai"]["cached"] is False


async def test_its_event_can_be_read_at_once_and_reaches_the_topic(platform: LocalPlatform) -> None:
    from shared_layer.storage.documents import tenant_collection

    tenant_id, key = await platform.tenant()
    campaign = await create(platform, key)
    events = tenant_collection(tenant_id, "events")

    async def relayed() -> bool:
        found = [snapshot.to_dict() async for snapshot in events.stream()]
        mine = [event for event in found if event["payload"].get("campaign_id") == campaign["id"]]
        assert [event["event_type"] for event in mine] == ["campaign_created"]
        return mine[0]["relayed_at"] is not None

    await eventually(relayed)


async def test_a_campaign_goes_through_its_states(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    campaign = await create(platform, key)
    path, auth = f"/api/v1/campaigns/{campaign['id']}", {"X-API-Key": key}
    for verb, status in (("launch", "running"), ("pause", "paused"), ("resume", "running")):
        moved = await platform.gateway.post(f"{path}:{verb}", headers=auth)
        assert (moved.status_code, moved.json()["status"]) == (200, status)
    again = await platform.gateway.post(f"{path}:launch", headers=auth)
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")
    etag = (await platform.gateway.get(path, headers=auth)).headers["etag"]
    done = await platform.gateway.patch(path, json={"status": "done"}, headers=auth | {"If-Match": etag})
    assert done.json()["status"] == "done"


async def test_pausing_what_never_ran_is_refused(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    campaign = await create(platform, key)
    for verb in ("pause", "resume"):
        refused = await platform.gateway.post(f"/api/v1/campaigns/{campaign['id']}:{verb}", headers={"X-API-Key": key})
        assert refused.status_code == 409, verb


async def test_a_change_needs_the_current_etag_and_respects_the_budget(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    campaign = await create(platform, key)
    path, auth = f"/api/v1/campaigns/{campaign['id']}", {"X-API-Key": key, "If-Match": '"1"'}
    renamed = await platform.gateway.patch(path, json={"name": "Spring"}, headers=auth)
    assert (renamed.json()["name"], renamed.headers["etag"]) == ("Spring", '"2"')
    assert (await platform.gateway.patch(path, json={"name": "Late"}, headers=auth)).status_code == 412
    plan = campaign["plan"]
    plan["channels"][0]["budget_usd"] = 1_000_000
    beyond = await platform.gateway.patch(path, json={"plan": plan}, headers=auth | {"If-Match": '"2"'})
    assert beyond.status_code == 422


async def test_a_list_pages_without_gaps_or_repeats(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    made = [(await create(platform, key, name=f"Campaign {n}"))["id"] for n in range(7)]
    seen, cursor = [], None
    while True:
        query = {"limit": "3"} | ({"cursor": cursor} if cursor else {})
        page = (await platform.gateway.get("/api/v1/campaigns", params=query, headers={"X-API-Key": key})).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == made[::-1]


async def test_anothers_campaign_is_not_found_by_any_verb(platform: LocalPlatform) -> None:
    _, owner = await platform.tenant()
    _, stranger = await platform.tenant()
    campaign = await create(platform, owner)
    path, auth = f"/api/v1/campaigns/{campaign['id']}", {"X-API-Key": stranger}
    assert (await platform.gateway.get(path, headers=auth)).status_code == 404
    assert (
        await platform.gateway.patch(path, json={"name": "x"}, headers=auth | {"If-Match": '"1"'})
    ).status_code == 404
    for verb in ("launch", "pause", "resume"):
        assert (await platform.gateway.post(f"{path}:{verb}", headers=auth)).status_code == 404
    assert await count(platform, stranger) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"budget_range": "lots"},
        {"budget_range": "$10,000-$5,000"},
        {"budget_range": "$,-$,"},
        {"business_type": ""},
        {"business_type": "x" * 201},
        {"target_audience": 7},
        {"surprise": True},
    ],
    ids=["no range", "upside down", "only commas", "empty", "too long", "wrong type", "unknown field"],
)
async def test_a_brief_that_is_not_valid_is_refused_and_nothing_is_written(
    platform: LocalPlatform, change: dict[str, Any]
) -> None:
    _, key = await platform.tenant()
    refused = await platform.gateway.post("/api/v1/campaigns", json=BRIEF | change, headers={"X-API-Key": key})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/" + next(iter(change))
    assert await count(platform, key) == 0


async def test_retries_with_one_key_make_one_campaign(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    headers = {"X-API-Key": key, "Idempotency-Key": "retry-me-1"}

    async def attempt() -> tuple[int, bytes]:
        while True:
            answer = await platform.gateway.post("/api/v1/campaigns", json=BRIEF, headers=headers)
            if answer.status_code != 409:
                return answer.status_code, answer.content
            assert answer.json()["code"] == "request_in_flight"
            assert answer.headers["retry-after"] == "1"

    answers = await asyncio.gather(*[attempt() for _ in range(16)])
    assert set(answers) == {answers[0]}
    assert answers[0][0] == 201
    assert await count(platform, key) == 1
    other = await platform.gateway.post("/api/v1/campaigns", json=BRIEF | {"name": "Other"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
