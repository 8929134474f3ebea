"""A schedule's workflow run has ended: that is noted, and the next one that waits is started."""

from __future__ import annotations

from typing import Final

from shared_layer.access.delegation import acting
from shared_layer.core.errors import NotFound
from shared_layer.messaging.events.runtime import TaskFinished
from shared_layer.messaging.unit import Unit
from shared_layer.runtime.tasks import WORKFLOW, StoredTask, task_reference
from shared_layer.scheduler.schedule import StoredSchedule, schedule_reference
from shared_layer.scheduler.schedule_run import ScheduleRun, run_reference
from shared_layer.scheduler.starting import Ended, Firing
from shared_layer.storage.documents import read

_ENDED: Final[dict[str, Ended]] = {"succeeded": "succeeded", "failed": "failed", "cancelled": "cancelled"}


async def settle(finished: TaskFinished, unit: Unit) -> None:
    """Note the end of a workflow's run that a schedule started. Raises Conflict where the schedule changed meanwhile.

    A run that failed and then succeeded by a retry ends twice; the later end is what its record says.
    """
    if not finished.kind.startswith(WORKFLOW):
        return
    try:
        task = await read(task_reference(unit.tenant_id, finished.task_id), StoredTask)
        if not task.input["origin"]:
            return
        run = await read(run_reference(unit.tenant_id, task.input["origin"]), ScheduleRun)
        schedule = await read(schedule_reference(unit.tenant_id, run.schedule_id), StoredSchedule)
    except NotFound:
        return  # the schedule was deleted meanwhile
    firing = Firing(schedule, await acting(schedule.delegate, unit.tenant_id, unit.context), unit)
    firing.runs[run.id] = run
    reason = f"{task.error.code}: {task.error.detail}"[:500] if task.error and finished.state == "failed" else None
    firing.end(run, _ENDED[finished.state], reason)
    if run.id in schedule.running:
        schedule.running.remove(run.id)
    while schedule.buffered and not schedule.running:
        await firing.start(await firing.known(schedule.buffered.pop(0)))
    firing.stage()
