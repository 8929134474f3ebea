"""Usage as CloudEvents, published to the real topic."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from shared_layer.access.period import Period, day_of
from shared_layer.storage.documents import tenant_collection
from shared_layer.storage.gcp_clients import publisher
from shared_layer.storage.topics import topic_path
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform


def usage(tenant_id: str, amount: int, **fields: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": uuid.uuid4().hex,
        "source": "/mailer",
        "type": "com.example.sent",
        "subject": tenant_id,
        "time": datetime.now(UTC).isoformat(),
        "data": {"meter": "emails", "amount": amount},
    } | fields


async def send(*events: dict[str, Any]) -> None:
    messages = [{"data": json.dumps(event).encode()} for event in events]
    await publisher().publish(topic=topic_path("usage-events"), messages=messages)


async def counters(tenant_id: str) -> dict[str, dict[str, Any]]:
    return {found.id: found.to_dict() or {} async for found in tenant_collection(tenant_id, "quotas").stream()}


async def used(tenant_id: str) -> int:
    return sum(counter["used"] for counter in (await counters(tenant_id)).values())


async def letters(tenant_id: str) -> list[str]:
    found = [each.to_dict() or {} async for each in tenant_collection(tenant_id, "dead_letters").stream()]
    return [each["reason"] for each in found if each["handler"] == "count_usage"]


async def test_an_event_is_counted_once_however_often_it_is_delivered(platform: LocalPlatform) -> None:
    tenant_id, _ = await platform.tenant("standard")
    events = [usage(tenant_id, 3) for _ in range(30)]
    await send(*events * 3)

    async def all_taken() -> bool:
        records = [found async for found in tenant_collection(tenant_id, "quota_consumptions").stream()]
        return len(records) == 30

    await eventually(all_taken)
    last = usage(tenant_id, 5)
    await send(*events, last)

    async def last_taken() -> bool:
        return await used(tenant_id) >= 95

    await eventually(last_taken)
    assert await used(tenant_id) == 95
    assert await letters(tenant_id) == []


async def test_another_payload_under_the_same_source_and_id_is_a_dead_letter_with_the_reason(
    platform: LocalPlatform,
) -> None:
    tenant_id, _ = await platform.tenant("standard")
    first = usage(tenant_id, 3, id="batch-7")
    await send(first)

    async def counted() -> bool:
        return await used(tenant_id) == 3

    await eventually(counted)
    await send(first | {"data": {"meter": "emails", "amount": 4}}, first | {"source": "/another"})

    async def refused() -> bool:
        return any("conflict" in reason for reason in await letters(tenant_id)) and await used(tenant_id) == 6

    await eventually(refused)


async def test_a_late_event_lands_in_its_own_window(platform: LocalPlatform) -> None:
    tenant_id, _ = await platform.tenant("standard")
    now = datetime.now(UTC)
    late = now - timedelta(days=40)
    await send(usage(tenant_id, 2), usage(tenant_id, 9, time=late.isoformat()))

    async def both() -> bool:
        return await used(tenant_id) == 11

    await eventually(both)
    found = await counters(tenant_id)
    assert found[f"emails:{Period.of(now).name}"]["days"] == {day_of(now): 2}
    assert found[f"emails:{Period.of(late).name}"]["days"] == {day_of(late): 9}


async def test_usage_beyond_the_limit_is_counted_and_told_of_once_at_each_threshold(platform: LocalPlatform) -> None:
    tenant_id, _ = await platform.tenant("standard")
    await send(*[usage(tenant_id, 3_000) for _ in range(5)])

    async def all_counted() -> bool:
        return await used(tenant_id) == 15_000

    await eventually(all_counted)
    events = [found.to_dict() or {} async for found in tenant_collection(tenant_id, "events").stream()]
    told = [event["payload"] for event in events if event["event_type"] == "quota_threshold_reached"]
    assert sorted(payload["threshold_percent"] for payload in told) == [80, 100]
