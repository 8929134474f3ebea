"""A schedule run by hand: now, or for the fires of a past range."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from pydantic import AwareDatetime, ConfigDict, model_validator

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import ValidationFailed
from shared_layer.core.ids import Id, new_id
from shared_layer.core.models import Model
from shared_layer.messaging.unit import Unit
from shared_layer.scheduler.cron import fires
from shared_layer.scheduler.schedule import A_MOMENT, Overlap, StoredSchedule, schedule_reference
from shared_layer.scheduler.schedule_run import ScheduleRun, new_run, run_reference
from shared_layer.scheduler.starting import Firing
from shared_layer.storage.documents import from_snapshot, read
from shared_layer.storage.gcp_clients import firestore

MOST: Final = 100
FURTHEST: Final = timedelta(days=366)


class RunRequest(Model):
    """What to run: nothing given is one run now; `since` and `until` are the fires of a past range, both included.

    Where runs overlap the schedule's own policy counts, unless `overlap` names another one for this range.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    overlap: Overlap | None = None

    @model_validator(mode="after")
    def _whole(self) -> RunRequest:
        if (self.since is None) != (self.until is None):
            raise ValueError("a range has since and until; leave both out to run now")
        if self.since is not None and self.until is not None and self.since > self.until:
            raise ValueError("since must not come after until")
        return self


class RunOutcome(Model):
    """The runs that were started, that wait or that were skipped. `ran_before`: fires of the range that had run."""

    runs: list[ScheduleRun]
    ran_before: int = 0


async def run_schedule(schedule_id: Id, wanted: RunRequest, caller: Caller, unit: Unit) -> RunOutcome:
    """Stage a run now, or one for each fire of a range that has not run. It runs as whoever set the schedule up.

    A paused schedule runs, too. Raises NotFound; ValidationFailed for a range that is not past, or names more than 100
    fires. The commit raises Conflict where the schedule fired at the same time.
    """
    schedule = await read(schedule_reference(caller.tenant_id, schedule_id), StoredSchedule)
    schedule.overlap = wanted.overlap or schedule.overlap
    delegate = schedule.delegate
    acting = caller._replace(
        principal=delegate.principal, role=delegate.role, scopes=frozenset(delegate.scopes), operator=False
    )
    firing = Firing(schedule, acting, unit)
    ran_before = await _fire(firing, wanted)
    firing.stage()
    return RunOutcome(runs=list(firing.runs.values()), ran_before=ran_before)


async def _fire(firing: Firing, wanted: RunRequest) -> int:
    schedule = firing.schedule
    if wanted.since is None or wanted.until is None:
        moment = clock.utcnow()
        await firing.fire(new_run(schedule.id, moment, moment, f"{schedule.id}_{new_id('now')}", kind="manual"))
        return 0
    wished = [new_run(schedule.id, fire, fire, kind="backfill") for fire in _range(schedule, wanted)]
    known = await _known(firing.unit.tenant_id, wished)
    for run in wished:
        before = known.get(run.id)
        if before is None:
            await firing.fire(run)
        elif before.state == "skipped":
            before.kind = "backfill"
            await firing.fire(before)
    return len([each for each in known.values() if each.id not in firing.runs])


def _range(schedule: StoredSchedule, wanted: RunRequest) -> list[datetime]:
    assert wanted.since is not None
    assert wanted.until is not None
    moment = clock.utcnow()
    if wanted.until > moment or (schedule.next_fire_at and wanted.until >= schedule.next_fire_at):
        raise ValidationFailed("A range to run lies in the past: let until be before the next fire.")
    if wanted.since < moment - FURTHEST:
        raise ValidationFailed(f"A range to run begins at most {FURTHEST.days} days ago.")
    found: list[datetime] = []
    for fire in fires(schedule.cron, schedule.timezone, wanted.since - A_MOMENT):
        if fire > wanted.until:
            break
        if len(found) >= MOST:
            raise ValidationFailed(f"The range names more than {MOST} fires. Run it in parts: up to {found[-1]}.")
        found.append(fire)
    return found


async def _known(tenant_id: str, wished: list[ScheduleRun]) -> dict[str, ScheduleRun]:
    """Those of the runs that are there."""
    references = [run_reference(tenant_id, run.id) for run in wished]
    found = [each async for each in firestore().get_all(references) if each.exists] if references else []
    return {each.id: from_snapshot(each, ScheduleRun) for each in found}
