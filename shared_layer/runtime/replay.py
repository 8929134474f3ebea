"""Event replay: the events of a time range are delivered again to one handler, through its inbox."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import AwareDatetime, ConfigDict, Field, model_validator

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import ValidationFailed
from shared_layer.core.models import Model, empty_list
from shared_layer.messaging.outbox import envelope_of
from shared_layer.messaging.redelivery import Redelivery, redeliver, services_heard_by
from shared_layer.messaging.unit import Unit
from shared_layer.runtime import redrive
from shared_layer.runtime.steps import Done
from shared_layer.runtime.tasks import StoredTask, Task, start_task
from shared_layer.storage.documents import tenant_collection

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncQuery

KIND: Final = "events.replay"
LONGEST: Final = timedelta(days=7)
"""Inboxes remember for eight days: what is older could be done twice."""

EVENTS_A_STEP: Final = 200
MOST_SERVICES: Final = 30
"""What Firestore takes in one `in`. A handler of more services gets all events; nobody takes those it does not hear."""

HandlerName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$", description="The handler's name, as in /docs.")]
EventType = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,127}$")]


class ReplayRequest(Model):
    """What to deliver again: `events` from `since` (included) to `until` (left out; now), or open `dead_letters`."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"source": "dead_letters", "handler": "provision_dataset"}]}
    )

    source: Literal["events", "dead_letters"] = "events"
    handler: HandlerName | None = None
    event_types: Annotated[list[EventType], Field(max_length=20)] = Field(default_factory=empty_list)
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    dry_run: bool = False

    @model_validator(mode="after")
    def _whole(self) -> ReplayRequest:
        if self.source == "dead_letters":
            if self.event_types or self.since or self.until:
                raise ValueError("dead letters are chosen by handler; leave event_types, since and until out")
        elif self.handler is None or self.since is None:
            raise ValueError("events are replayed to one handler: name it, and since when")
        elif self.until is not None and self.until <= self.since:
            raise ValueError("since must come before until")
        return self


class Replay(Model):
    """What will be delivered again: how many there are now, and the task that does it (none for a dry run)."""

    count: int
    dry_run: bool
    task: Task | None


async def plan_replay(wanted: ReplayRequest, caller: Caller, unit: Unit) -> Replay:
    """Count, and stage the task. Raises ValidationFailed for a handler that hears of nothing, or too long a range."""
    if wanted.source == "dead_letters":
        kind, given = redrive.KIND, redrive.given(wanted.handler)
        count = await redrive.count(caller.tenant_id, given)
    else:
        kind, given = KIND, await _given(wanted)
        count = await _count(_events(caller.tenant_id, given))
    task = None if wanted.dry_run else start_task(kind, given | {"count": count}, caller, unit)
    return Replay(count=count, dry_run=wanted.dry_run, task=task)


async def _given(wanted: ReplayRequest) -> dict[str, Any]:
    assert wanted.handler is not None
    assert wanted.since is not None
    moment = clock.utcnow()
    if wanted.since < moment - LONGEST:
        raise ValidationFailed(f"Events of the last {LONGEST.days} days can be replayed. Let since be later.")
    services = await services_heard_by(wanted.handler)
    if not services:
        raise ValidationFailed(f"No handler called {wanted.handler!r} subscribes to events. GET /docs lists them.")
    until = min(wanted.until or moment, moment)
    return {
        "handler": wanted.handler,
        "services": services,
        "event_types": wanted.event_types,
        "since": wanted.since,
        "until": until,
    }


def _events(tenant_id: str, given: dict[str, Any]) -> AsyncQuery:
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(tenant_id, "events")
    conditions: list[tuple[str, str, Any]] = [("timestamp", ">=", given["since"]), ("timestamp", "<", given["until"])]
    if len(given["services"]) <= MOST_SERVICES:
        conditions.append(("source_service", "in", given["services"]))
    if given["event_types"]:
        conditions.append(("event_type", "in", given["event_types"]))
    for field, operator, value in conditions:
        found = found.where(filter=FieldFilter(field, operator, value))
    return found


async def _count(query: AsyncQuery) -> int:
    return int((await query.count().get())[0][0].value)


async def step(task: StoredTask, unit: Unit) -> Done:
    """Publish the next events for the handler."""
    query = _events(unit.tenant_id, task.input).order_by("timestamp").order_by("__name__").limit(EVENTS_A_STEP)
    if after := task.position.get("after"):
        query = query.start_after({"timestamp": after["timestamp"], "__name__": after["id"]})
    snapshots = [snapshot async for snapshot in query.stream()]
    handler = task.input["handler"]
    await redeliver([Redelivery(envelope_of(snapshot.to_dict() or {}), handler) for snapshot in snapshots])
    delivered = task.outcome.get("delivered", 0) + len(snapshots)
    position = task.position
    if snapshots:
        last: datetime = snapshots[-1].get("timestamp")
        position = {"after": {"timestamp": last, "id": snapshots[-1].id}}
    return Done(
        percent=min(99, 100 * delivered // max(1, task.input["count"])),
        position=position,
        outcome={"delivered": delivered},
        last=len(snapshots) < EVENTS_A_STEP,
    )
