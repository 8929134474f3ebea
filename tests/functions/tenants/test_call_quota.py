"""The plan's monthly quota of API calls: counted at the front door, made durable, and not had twice."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shared_layer.access import plans
from shared_layer.access.period import calls_key, current_period
from shared_layer.access.plans import Plan
from shared_layer.messaging.unit import Unit
from shared_layer.storage.redis import redis
from shared_layer.tenants.call_folding import fold_calls
from tests.support import staging
from tests.support.platform import LocalPlatform

LIMIT = 10
EMITS = ("quota_threshold_reached",)


@pytest.fixture(autouse=True)
def _tiny_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = Plan("tiny", {"standard": 6000, "expensive": 6000, "ai": 6000}, quotas={"api_calls": LIMIT})
    monkeypatch.setitem(plans.PLANS, "tiny", tiny)  # type: ignore[arg-type]


async def call(platform: LocalPlatform, key: str, path: str = "campaigns") -> Any:
    return await platform.gateway.get(f"/api/v1/{path}", headers={"X-API-Key": key})


async def fold(tenant_id: str) -> None:
    await fold_calls(tenant_id, current_period(), Unit(staging.context("tenant-management", ""), "", EMITS))


async def used(platform: LocalPlatform, key: str) -> int:
    meters = (await call(platform, key, "quotas")).json()["quotas"]
    return int(next(each["used"] for each in meters if each["meter"] == "api_calls"))


async def test_calls_beyond_the_quota_are_refused_however_many_come_at_once(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant(plan="tiny")
    answers = await asyncio.gather(*[call(platform, key) for _ in range(30)])
    assert sorted(answer.status_code for answer in answers) == [200] * LIMIT + [429] * 20
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert (refused.json()["code"], refused.json()["meter"]) == ("quota_exceeded", "api_calls")
    assert int(refused.headers["retry-after"]) > 0
    assert "reset_at" in refused.json()
    for path in (f"tenants/{tenant_id}", "quotas"):
        assert (await call(platform, key, path)).status_code == 200, path


async def test_the_count_is_made_durable_and_its_thresholds_are_told_once(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant(plan="tiny")
    for calls in (7, 1, 0, 5):
        for _ in range(calls):
            await call(platform, key)
        await fold(tenant_id)
        await fold(tenant_id)
    assert await used(platform, key) == LIMIT
    events = await staging.documents(tenant_id, "events")
    told = [event["payload"] for event in events if event["event_type"] == "quota_threshold_reached"]
    assert sorted(each["threshold_percent"] for each in told) == [80, 100]


async def test_a_lost_redis_gives_no_quota_twice(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant(plan="tiny")
    for _ in range(LIMIT):
        assert (await call(platform, key)).status_code == 200
    await fold(tenant_id)
    await redis().command("DEL", calls_key(tenant_id, current_period()))
    await fold(tenant_id)
    assert (await call(platform, key)).status_code == 429
    assert await used(platform, key) == LIMIT


async def test_a_plan_without_a_quota_counts_nothing(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant()
    for _ in range(LIMIT + 1):
        assert (await call(platform, key)).status_code == 200
    assert await redis().command("GET", calls_key(tenant_id, current_period())) is None
