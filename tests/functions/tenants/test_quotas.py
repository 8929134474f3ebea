"""Quotas, through the gateway: exact, durable, refundable."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import httpx

from shared_layer.messaging.envelope import Envelope
from shared_layer.storage.documents import tenant_collection
from shared_layer.storage.redis import redis
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform

EMAILS = 10_000  # of the plan "standard"


async def consume(platform: LocalPlatform, key: str, amount: int, name: str = "", **more: Any) -> httpx.Response:
    body = {"consumption_id": name or uuid.uuid4().hex, "meter": "emails", "amount": amount} | more
    return await platform.gateway.post("/api/v1/quotas:consume", json=body, headers={"X-API-Key": key})


async def refund(platform: LocalPlatform, key: str, name: str) -> httpx.Response:
    body = {"consumption_id": name}
    return await platform.gateway.post("/api/v1/quotas:refund", json=body, headers={"X-API-Key": key})


async def emails(platform: LocalPlatform, key: str) -> dict[str, Any]:
    shown = await platform.gateway.get("/api/v1/quotas", headers={"X-API-Key": key})
    assert shown.status_code == 200, shown.text
    quota: dict[str, Any] = next(each for each in shown.json()["quotas"] if each["meter"] == "emails")
    return quota


async def thresholds(tenant_id: str) -> list[int]:
    events = [snapshot.to_dict() async for snapshot in tenant_collection(tenant_id, "events").stream()]
    payloads = [event["payload"] for event in events if event["event_type"] == "quota_threshold_reached"]
    return sorted(payload["threshold_percent"] for payload in payloads)


async def test_of_200_concurrent_calls_exactly_as_many_pass_as_the_quota_holds(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant("standard")
    answers = await asyncio.gather(*[consume(platform, key, 80) for _ in range(200)])  # 16,000 of 10,000
    assert Counter(answer.status_code for answer in answers) == {200: EMAILS // 80, 429: 200 - EMAILS // 80}
    quota = await emails(platform, key)
    assert (quota["used"], quota["remaining"]) == (EMAILS, 0)
    records = [snapshot.to_dict() async for snapshot in tenant_collection(tenant_id, "quota_consumptions").stream()]
    assert sum(record["amount"] for record in records) == EMAILS
    assert await thresholds(tenant_id) == [80, 100]


async def test_a_lost_redis_resets_no_quota(platform: LocalPlatform) -> None:
    _, key = await platform.tenant("standard")
    assert (await consume(platform, key, EMAILS)).status_code == 200
    await redis().command("FLUSHALL")
    assert (await consume(platform, key, 1)).status_code == 429
    assert (await emails(platform, key))["used"] == EMAILS


async def test_a_refusal_says_when_the_quota_is_new_and_counts_nothing(platform: LocalPlatform) -> None:
    _, key = await platform.tenant("standard")
    await consume(platform, key, EMAILS - 5)
    refused = await consume(platform, key, 6)
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (429, "quota_exceeded")
    reset = datetime.fromisoformat(problem["reset_at"])
    assert (reset.day, reset.hour, reset > datetime.now(UTC)) == (1, 0, True)
    assert int(refused.headers["retry-after"]) > 0
    assert (await consume(platform, key, 5)).status_code == 200


async def test_a_consumption_sent_again_is_counted_once_and_another_under_its_id_is_a_conflict(
    platform: LocalPlatform,
) -> None:
    _, key = await platform.tenant("standard")
    answers = await asyncio.gather(*[consume(platform, key, 7, "job-1") for _ in range(16)])
    assert {answer.status_code for answer in answers} == {200}
    assert (await emails(platform, key))["used"] == 7
    assert (await consume(platform, key, 8, "job-1")).status_code == 409


async def test_a_refund_gives_back_once_and_only_what_was_counted(platform: LocalPlatform) -> None:
    _, key = await platform.tenant("standard")
    await consume(platform, key, 30, "failed")
    await consume(platform, key, 12, "done")
    answers = await asyncio.gather(*[refund(platform, key, "failed") for _ in range(16)])
    assert {(answer.status_code, answer.json()["status"]) for answer in answers} == {(200, "refunded")}
    assert (await emails(platform, key))["used"] == 12
    assert (await refund(platform, key, "never")).status_code == 404
    assert (await consume(platform, key, 30, "failed")).status_code == 409


async def test_a_threshold_is_told_of_once_a_period_whatever_is_refunded(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant("standard")
    for name in ("a", "b"):
        await consume(platform, key, 8_500, name)
        await refund(platform, key, name)
    assert await thresholds(tenant_id) == [80]


async def test_a_quota_is_a_tenants_own(platform: LocalPlatform) -> None:
    _, one = await platform.tenant("standard")
    _, other = await platform.tenant("standard")
    await consume(platform, one, EMAILS, "mine")
    assert (await consume(platform, other, 1)).status_code == 200
    assert (await refund(platform, other, "mine")).status_code == 404


async def test_a_plan_without_limits_counts_and_never_refuses(platform: LocalPlatform) -> None:
    _, key = await platform.tenant("unlimited")
    assert (await consume(platform, key, 10 * EMAILS)).json()["quota"]["remaining"] is None
    assert (await emails(platform, key))["used"] == 10 * EMAILS


async def test_the_thresholds_event_reaches_its_topic(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant("standard")
    await consume(platform, key, EMAILS)

    async def relayed() -> bool:
        events = [snapshot.to_dict() async for snapshot in tenant_collection(tenant_id, "events").stream()]
        told = [event for event in events if event["event_type"] == "quota_threshold_reached"]
        envelopes = [Envelope.model_validate({k: v for k, v in e.items() if k != "relayed_at"}) for e in told]
        return len(envelopes) == 2 and all(event["relayed_at"] for event in told)

    await eventually(relayed)
