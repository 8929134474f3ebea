"""The tick: every fire that is due is claimed once, however many instances look at the same time.

A schedule carries the moment at which its next fire is due; the due ones of all tenants are found by it, page by page.
A claim is one commit: the fires' records, which must not exist, what they start, and the schedule's next fire, on
condition that nobody wrote the schedule since. Whoever comes second finds the condition broken and goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from shared_layer.access.delegation import TenantStanding, standings
from shared_layer.core.caller import Caller
from shared_layer.core.context import RequestContext
from shared_layer.core.errors import Conflict, VersionMismatch
from shared_layer.core.ids import new_request_id
from shared_layer.core.logs import log_exception
from shared_layer.messaging.unit import Unit
from shared_layer.scheduler.cron import fires
from shared_layer.scheduler.schedule import A_MOMENT, COLLECTION, Skip, StoredSchedule
from shared_layer.scheduler.schedule_run import new_run, run_id_of
from shared_layer.scheduler.starting import Firing
from shared_layer.storage.documents import from_snapshot
from shared_layer.storage.gcp_clients import firestore

if TYPE_CHECKING:
    from google.cloud.firestore import DocumentSnapshot

READ_AT_ONCE: Final = 200
AT_ONCE: Final = 20
FIRES_A_CLAIM: Final = 20
MISSED_COUNTED: Final = 1000
TIME_LEFT_SECONDS: Final = 15.0


@dataclass(slots=True)
class Due:
    """What is due of one schedule: fires that lie too far back to count, and those that are to be claimed now."""

    missed: list[datetime] = field(default_factory=list)
    claimed: list[tuple[datetime, datetime]] = field(default_factory=list)
    last: datetime | None = None


async def tick(moment: datetime, outer: Unit) -> int:
    """Claim what is due at `moment`, longest due first, until nothing is or the time runs out; how many fires."""
    claimed = 0
    while outer.context.remaining() > TIME_LEFT_SECONDS:
        found = await _due(moment)
        standing = await standings(_tenant(each) for each in found) if found else {}
        before = claimed
        for start in range(0, len(found), AT_ONCE):
            claims = [
                _claim(each, moment, standing[_tenant(each)], outer) for each in found[start : start + AT_ONCE]
            ]  # fmt: skip
            claimed += sum(await asyncio.gather(*claims))
        if claimed == before:
            break  # nothing was due, or others claimed it
    return claimed


async def _due(moment: datetime) -> list[DocumentSnapshot]:
    from google.cloud.firestore import FieldFilter

    waiting = firestore().collection_group(COLLECTION).where(filter=FieldFilter("next_due_at", "<=", moment))
    return [snapshot async for snapshot in waiting.order_by("next_due_at").limit(READ_AT_ONCE).stream()]


def _tenant(snapshot: DocumentSnapshot) -> str:
    tenant_id: str = snapshot.reference.parent.parent.id
    return tenant_id


async def _claim(snapshot: DocumentSnapshot, moment: datetime, standing: TenantStanding, outer: Unit) -> int:
    """Claim one schedule's fires; 0 where another instance came first. What fails is logged and due again."""
    tenant_id, schedule = _tenant(snapshot), from_snapshot(snapshot, StoredSchedule)
    own, delegate = outer.context, schedule.delegate
    context = RequestContext(
        new_request_id(), own.trace_id, own.span_id, own.service, own.function, tenant_id,
        actor=delegate.principal, deadline=own.deadline,
    )  # fmt: skip
    caller = Caller(
        tenant_id, delegate.principal, frozenset(delegate.scopes), standing.plan, False, context, delegate.role
    )
    firing = Firing(schedule, caller, Unit(context, tenant_id, outer.emits))
    try:
        claimed = await _fire(firing, moment, standing.active)
        await firing.unit.commit()
    except (Conflict, VersionMismatch):
        return 0
    except Exception as error:  # noqa: BLE001 (one schedule that fails keeps no other one back)
        log_exception("schedule_not_claimed", error, schedule_id=schedule.id)
        return 0
    return claimed


async def _fire(firing: Firing, moment: datetime, active: bool) -> int:
    schedule = firing.schedule
    due = due_of(schedule, moment)
    if due.missed:
        first, reason = due.missed[0], _missed(due.missed, schedule)
        run_id = run_id_of(schedule.id, first, "missed_")
        firing.runs[run_id] = new_run(
            schedule.id, first, first, run_id, state="missed", reason=reason, fires=len(due.missed)
        )
        schedule.last_skip = Skip(fire_time=first, reason=reason)
    for fire, due_at in due.claimed:
        if active:
            await firing.fire(new_run(schedule.id, fire, due_at))
        else:
            schedule.last_skip = Skip(fire_time=fire, reason="The tenant was not active.")
    if schedule.state == "active" and due.last is not None:
        schedule.aim(due.last)
    firing.stage()
    return len(due.claimed) + len(due.missed)


def due_of(schedule: StoredSchedule, moment: datetime) -> Due:
    """What is due of a schedule at `moment`, up to 20 fires; the rest is due with the next claim."""
    due = Due()
    if schedule.next_fire_at is None:
        return due
    oldest = moment - timedelta(seconds=schedule.catch_up_seconds)
    coming = fires(schedule.cron, schedule.timezone, schedule.next_fire_at - A_MOMENT)
    for fire, following in pairwise(_and_none(coming)):
        assert fire is not None
        due_at = schedule.due(fire, following)
        if due_at > moment:
            break
        if due_at < oldest:
            due.missed.append(fire)
        else:
            due.claimed.append((fire, due_at))
        due.last = fire
        if len(due.claimed) >= FIRES_A_CLAIM or len(due.missed) >= MISSED_COUNTED:
            break
    return due


def _and_none(coming: Iterator[datetime]) -> Iterator[datetime | None]:
    yield from coming
    yield None


def _missed(missed: list[datetime], schedule: StoredSchedule) -> str:
    many = "1 fire" if len(missed) == 1 else f"{len(missed)} fires, the last of them {missed[-1].isoformat()},"
    return f"{many} lay further back than catch_up_seconds ({schedule.catch_up_seconds})."
