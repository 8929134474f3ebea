"""A tenant's schedules: made, listed, changed, paused, deleted."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from shared_layer.access.delegation import delegated
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import Conflict, VersionMismatch
from shared_layer.core.ids import Id, new_id
from shared_layer.core.models import Page
from shared_layer.messaging.events.scheduler import ScheduleChanged
from shared_layer.messaging.unit import Unit
from shared_layer.scheduler.schedule import (
    COLLECTION,
    MOST,
    EventTarget,
    NewSchedule,
    Schedule,
    ScheduleChanges,
    ScheduleFilter,
    StoredSchedule,
    Target,
    schedule_reference,
)
from shared_layer.scheduler.schedule_run import COLLECTION as RUNS
from shared_layer.scheduler.schedule_run import ScheduleRun, ScheduleRunFilter, run_reference
from shared_layer.storage.documents import from_snapshot, page, read, tenant_collection
from shared_layer.storage.gcp_clients import firestore
from shared_layer.workflows.catalogue import checked, newest

AIMED: frozenset[str] = frozenset({"cron", "timezone", "jitter_seconds", "state"})
"""What changes when a schedule fires next."""


async def create_schedule(new: NewSchedule, caller: Caller, unit: Unit) -> Schedule:
    """Stage a schedule. Raises ScopeMissing, NotFound, ValidationFailed for its target; Conflict beyond 500."""
    scopes = needed(new.target)
    [[counted]] = await tenant_collection(caller.tenant_id, COLLECTION).count().get()
    if counted.value >= MOST:
        raise Conflict(f"A tenant has at most {MOST} schedules. Delete one that is not needed.")
    moment = clock.utcnow()
    schedule = StoredSchedule(
        id=new_id("sch"),
        **new.model_dump(),
        delegate=delegated(caller, scopes),
        created_by=caller.principal,
        created_at=moment,
        updated_at=moment,
    )
    if schedule.state == "active":
        schedule.aim(moment)
    unit.create(schedule_reference(caller.tenant_id, schedule.id), schedule.model_dump())
    unit.emit(ScheduleChanged(schedule_id=schedule.id, status="created"))
    return shown(schedule, None)


def needed(target: Target) -> tuple[str, ...]:
    """The scopes that a target takes. Raises NotFound, or ValidationFailed for an input that does not fit."""
    if isinstance(target, EventTarget):
        return ("schedules:write",)
    definition = newest(target.workflow)
    checked(definition, target.input, "/target/input")
    return ("runtime:write", *definition.scopes)


async def list_schedules(wanted: ScheduleFilter, caller: Caller) -> Page[Schedule]:
    """The tenant's schedules, newest first, each with its last run and its next five."""
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(caller.tenant_id, COLLECTION)
    filtered = found.where(filter=FieldFilter("state", "==", wanted.state)) if wanted.state else found
    listed = await page(filtered, StoredSchedule, wanted, ["-created_at"])
    last = await _last_runs(caller.tenant_id, listed.items)
    items = [shown(each, last.get(each.last_run_id or "")) for each in listed.items]
    return Page[Schedule](items=items, next_cursor=listed.next_cursor)


async def get_schedule(schedule_id: Id, caller: Caller) -> Schedule:
    """One schedule. Raises NotFound."""
    schedule = await read(schedule_reference(caller.tenant_id, schedule_id), StoredSchedule)
    return shown(schedule, (await _last_runs(caller.tenant_id, [schedule])).get(schedule.last_run_id or ""))


async def update_schedule(
    schedule_id: Id, changes: ScheduleChanges, version: int, caller: Caller, unit: Unit
) -> Schedule:
    """Change a schedule as of `version`; with another target it acts for whoever changes it.

    Raises NotFound, VersionMismatch, ScopeMissing, ValidationFailed.
    """
    reference = schedule_reference(caller.tenant_id, schedule_id)
    schedule = await read(reference, StoredSchedule)
    if schedule.version != version:
        raise VersionMismatch()
    wanted = {name: getattr(changes, name) for name in changes.model_fields_set if getattr(changes, name) is not None}
    if changes.target is not None:
        schedule.delegate = delegated(caller, needed(changes.target))
    status = "updated"
    if changes.state is not None and changes.state != schedule.state:
        status = "paused" if changes.state == "paused" else "resumed"
    for name, value in wanted.items():
        setattr(schedule, name, value)
    if schedule.state == "paused":
        schedule.pause("Its owner paused it." if status == "paused" else schedule.paused_because)
    elif AIMED & wanted.keys():
        schedule.paused_because = None
        schedule.aim(clock.utcnow())
    unit.replace(reference, schedule)
    unit.emit(ScheduleChanged(schedule_id=schedule.id, status=status))
    return shown(schedule, (await _last_runs(caller.tenant_id, [schedule])).get(schedule.last_run_id or ""))


async def delete_schedule(schedule_id: Id, caller: Caller, unit: Unit) -> None:
    """Delete a schedule: what works goes on, what waits is started no more. Raises NotFound."""
    await read(schedule_reference(caller.tenant_id, schedule_id), StoredSchedule)
    unit.delete(schedule_reference(caller.tenant_id, schedule_id))
    unit.emit(ScheduleChanged(schedule_id=schedule_id, status="deleted"))


async def list_schedule_runs(schedule_id: Id, wanted: ScheduleRunFilter, caller: Caller) -> Page[ScheduleRun]:
    """The runs of a schedule, latest fire first, with why one was skipped. Raises NotFound."""
    from google.cloud.firestore import FieldFilter

    await read(schedule_reference(caller.tenant_id, schedule_id), StoredSchedule)
    found = tenant_collection(caller.tenant_id, RUNS).where(filter=FieldFilter("schedule_id", "==", schedule_id))
    if wanted.state:
        found = found.where(filter=FieldFilter("state", "==", wanted.state))
    return await page(found, ScheduleRun, wanted, ["-fire_time"])


def shown(schedule: StoredSchedule, last: ScheduleRun | None) -> Schedule:
    """A schedule as it is answered."""
    fields = schedule.model_dump(exclude={"delegate", "last_run_id"})
    for name in ("next_fire_at", "next_due_at"):
        fields[name] = fields[name] and fields[name].astimezone(ZoneInfo(schedule.timezone))
    return Schedule(**fields, next_fire_times=schedule.upcoming(clock.utcnow()), last_run=last)


async def _last_runs(tenant_id: str, schedules: list[StoredSchedule]) -> dict[str, ScheduleRun]:
    """What the schedules started last, by id, in one read."""
    references = [run_reference(tenant_id, each.last_run_id) for each in schedules if each.last_run_id]
    found = [each async for each in firestore().get_all(references) if each.exists] if references else []
    return {each.id: from_snapshot(each, ScheduleRun) for each in found}
