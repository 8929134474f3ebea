"""Events and tasks staged as a function stages them: through a unit of work, committed once."""

from __future__ import annotations

import uuid
from typing import Any

from shared_layer.core.caller import Caller
from shared_layer.core.context import RequestContext
from shared_layer.messaging.events.marketing import CampaignCreated
from shared_layer.messaging.unit import Unit
from shared_layer.runtime.tasks import Task, start_task
from shared_layer.storage.documents import tenant_collection


def context(service: str, tenant_id: str) -> RequestContext:
    """A request of `service` for the tenant."""
    return RequestContext(
        f"req_{uuid.uuid4().hex[:24]}", uuid.uuid4().hex, uuid.uuid4().hex[:16], service, "test", tenant_id
    )


async def campaign_events(tenant_id: str, count: int) -> set[str]:
    """Commit `count` campaign_created events in units of up to 100; answers their ids."""
    ids: set[str] = set()
    for start in range(0, count, 100):
        unit = Unit(context("marketing-engine", tenant_id), tenant_id, ("campaign_created",))
        for number in range(start, min(start + 100, count)):
            ids.add(unit.emit(CampaignCreated(campaign_id=f"cmp_{number}", data={})).event_id)
        await unit.commit()
    return ids


async def task(tenant_id: str, kind: str, given: dict[str, Any]) -> Task:
    """Commit a new task of the tenant."""
    made = context("system-runtime", tenant_id)
    unit = Unit(made, tenant_id, ("task_step_due",))
    caller = Caller(tenant_id, "key_test", frozenset(), "unlimited", False, made)
    started = start_task(kind, given, caller, unit)
    await unit.commit()
    return started


async def documents(tenant_id: str, collection: str) -> list[dict[str, Any]]:
    """All documents of one of the tenant's collections."""
    return [snapshot.to_dict() or {} async for snapshot in tenant_collection(tenant_id, collection).stream()]
