"""The reaper and the cancel: what stands still is taken up or given up, what is cancelled has no further effect."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared_layer.core import clock
from shared_layer.front_door import idempotency
from shared_layer.messaging.unit import Unit
from shared_layer.runtime import reaping
from shared_layer.runtime.tasks import Task, task_reference
from shared_layer.storage.documents import tenant_collection
from tests.shared_layer.runtime.test_tasks import TOPIC, follow, steps_done
from tests.support import staging
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform
from tests.support.subscribers import subscribed


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    former = clock.use(clock._source)
    yield
    clock.use(former)


async def reap() -> None:
    await reaping.reap(Unit(staging.context("system-runtime", ""), "", reaping.EMITS))


async def stand_still(tenant_id: str, task: Task, **fields: Any) -> None:
    """As if nothing had happened to the task for eleven minutes."""
    before = clock.utcnow() - timedelta(minutes=11)
    await task_reference(tenant_id, task.id).update({"updated_at": before} | fields)


async def stalled(tenant_id: str) -> list[str]:
    events = await staging.documents(tenant_id, "events")
    told = [event for event in events if event["event_type"] == "workflow_stalled"]
    return [event["payload"]["outcome"] for event in sorted(told, key=lambda event: event["timestamp"])]


async def test_a_step_that_nobody_took_is_told_again_and_done_once(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant()
    task = await staging.task(tenant_id, "test.count", {"seconds": 0.0})  # before anybody listens: its event is lost
    await stand_still(tenant_id, task)
    async with subscribed(platform, "count_slowly", TOPIC):
        await reap()
        await reap()

        async def succeeded() -> bool:
            return bool((await follow(platform, key, task.url))["state"] == "succeeded")

        await eventually(succeeded)
        assert await steps_done(tenant_id) == {0: 1, 1: 1, 2: 1, 3: 1}
    assert await stalled(tenant_id) == ["told_again"]


async def test_an_expired_lease_is_taken_up_and_one_that_is_held_is_not(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant()
    dead = await staging.task(tenant_id, "nobody.takes_this", {})
    alive = await staging.task(tenant_id, "nobody.takes_this", {})
    moment = clock.utcnow()
    await stand_still(tenant_id, dead, state="running", attempts=1, lease_until=moment - timedelta(minutes=5))
    await stand_still(tenant_id, alive, state="running", attempts=1, lease_until=moment + timedelta(minutes=5))
    await reap()
    assert await stalled(tenant_id) == ["told_again"]
    found = (await task_reference(tenant_id, dead.id).get()).to_dict() or {}
    assert (found["nudges"], found["lease_until"]) == (1, None)
    assert ((await task_reference(tenant_id, alive.id).get()).to_dict() or {})["nudges"] == 0
    assert (await follow(platform, key, alive.url))["state"] == "running"


async def test_a_task_that_nobody_takes_fails_after_three_times_with_the_reason(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant()
    task = await staging.task(tenant_id, "nobody.takes_this", {})
    for _ in range(4):
        await stand_still(tenant_id, task)
        await reap()
    found = await follow(platform, key, task.url)
    assert (found["state"], found["error"]["code"]) == ("failed", "stalled")
    assert await stalled(tenant_id) == ["told_again"] * 3 + ["failed"]
    await stand_still(tenant_id, task)
    await reap()
    assert len(await stalled(tenant_id)) == 4


async def test_a_claim_whose_owner_died_is_dropped_after_an_hour_and_one_at_work_stays(
    platform: LocalPlatform,
) -> None:
    tenant_id, _ = await platform.tenant()
    for key in ("dead", "alive"):
        await idempotency.claim(idempotency.Asked(tenant_id, "POST /things", key, "fingerprint", None))
    assert len(await staging.documents(tenant_id, "idempotency")) == 2
    await reap()
    assert len(await staging.documents(tenant_id, "idempotency")) == 2
    moment: datetime = clock.utcnow() + timedelta(minutes=61)
    held = [found async for found in tenant_collection(tenant_id, "idempotency").stream()]
    await held[0].reference.update({"lease_until": moment + timedelta(seconds=5)})
    clock.use(lambda: moment.timestamp())
    await reap()
    assert len(await staging.documents(tenant_id, "idempotency")) == 1


async def test_a_cancelled_task_does_no_further_step_and_the_one_at_work_has_no_effect(
    platform: LocalPlatform,
) -> None:
    tenant_id, key = await platform.tenant()
    async with subscribed(platform, "count_slowly", TOPIC):
        task = await staging.task(tenant_id, "test.count", {"seconds": 0.5})

        async def at_work() -> bool:
            return bool((await follow(platform, key, task.url))["attempts"])

        await eventually(at_work)
        cancelled = await platform.gateway.post(f"{task.url}:cancel", headers={"X-API-Key": key})
        assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
        again = await platform.gateway.post(f"{task.url}:cancel", headers={"X-API-Key": key})
        assert (again.status_code, again.json()["state"]) == (200, "cancelled")

        async def acknowledged() -> bool:
            inbox = await staging.documents(tenant_id, "inbox")
            return any(entry["handler"] == "count_slowly" for entry in inbox)

        await eventually(acknowledged)
    done = sum((await steps_done(tenant_id)).values())
    assert (await follow(platform, key, task.url))["step"] == done
    events = await staging.documents(tenant_id, "events")
    ends = [event["payload"]["state"] for event in events if event["event_type"] == "task_finished"]
    assert ends == ["cancelled"]


async def test_a_task_that_has_ended_or_is_anothers_is_not_cancelled(platform: LocalPlatform) -> None:
    tenant_id, key = await platform.tenant()
    _, stranger = await platform.tenant()
    task = await staging.task(tenant_id, "nobody.takes_this", {})
    unseen = await platform.gateway.post(f"{task.url}:cancel", headers={"X-API-Key": stranger})
    assert unseen.status_code == 404
    await task_reference(tenant_id, task.id).update({"state": "succeeded"})
    refused = await platform.gateway.post(f"{task.url}:cancel", headers={"X-API-Key": key})
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")
