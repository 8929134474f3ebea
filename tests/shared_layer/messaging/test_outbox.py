"""What a crash left in the outbox is published by the sweeper, in bounded time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from shared_layer.core import clock, endings
from shared_layer.messaging import sweeping
from shared_layer.messaging.outbox import SWEPT_AFTER, sweep
from shared_layer.storage.documents import tenant_document
from tests.support import staging
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform


async def _relayed(tenant_id: str) -> bool:
    return all(event["relayed_at"] is not None for event in await staging.documents(tenant_id, "events"))


async def _left_behind(platform: LocalPlatform, age: timedelta) -> tuple[str, str]:
    """An event of a new tenant as a crash between commit and relay leaves it, `age` ago."""
    tenant_id, _ = await platform.tenant()
    [event_id] = await staging.campaign_events(tenant_id, 1)
    await eventually(lambda: _relayed(tenant_id))
    lost = {"relayed_at": None, "timestamp": clock.utcnow() - age}
    await tenant_document(tenant_id, "events", event_id).update(lost)
    return tenant_id, event_id


async def test_an_event_that_was_never_relayed_is_swept_once_it_is_four_seconds_old(platform: LocalPlatform) -> None:
    tenant_id, _ = await _left_behind(platform, -timedelta(minutes=5))  # the platform's own sweeper leaves it alone
    await sweep()
    assert not await _relayed(tenant_id)
    later = clock.now() + 300 + SWEPT_AFTER.total_seconds() + 1
    former = clock.use(lambda: later)
    try:
        assert await sweep() >= 1
    finally:
        clock.use(former)
    assert await _relayed(tenant_id)


async def test_an_event_that_cannot_be_relayed_keeps_no_other_back(platform: LocalPlatform) -> None:
    broken_tenant, broken = await _left_behind(platform, timedelta(days=2))
    await tenant_document(broken_tenant, "events", broken).update({"metadata": "no envelope"})
    tenant_id, _ = await _left_behind(platform, timedelta(days=1))
    await sweep()
    assert await _relayed(tenant_id)
    assert not await _relayed(broken_tenant)
    await tenant_document(broken_tenant, "events", broken).delete()


async def test_a_tick_sweeps_until_the_next_and_ends_with_its_instance(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound: what is committed is swept after at most the age of 4 s and a period of 4 s, in every tick."""
    sweeps = 0

    async def counted() -> int:
        nonlocal sweeps
        sweeps += 1
        return 1

    monkeypatch.setattr(sweeping, "sweep", counted)
    assert await sweeping.sweep_on(length=0.08, every=0.02) == sweeps
    assert sweeps >= 2
    assert SWEPT_AFTER.total_seconds() + sweeping.EVERY <= 10
    assert 60 - sweeping.ONE_TICK + (sweeping.ONE_TICK % sweeping.EVERY) <= sweeping.EVERY
    going = asyncio.create_task(sweeping.sweep_on())
    await asyncio.sleep(0)
    await endings.end()
    async with asyncio.timeout(2):
        await going
