"""What a fire starts: a workflow's run or an event, staged with the fire's own record in one commit.

An event is out as soon as it is committed, so that such a run has ended when it began; a workflow's run works on, and
the schedule remembers it until `task_finished` tells of its end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import Problem
from shared_layer.messaging.events.scheduler import ScheduleChanged, ScheduleFired, ScheduleRunEnded, WorkflowStopDue
from shared_layer.messaging.unit import Unit
from shared_layer.scheduler.overlap import judge
from shared_layer.scheduler.schedule import EventTarget, Skip, StoredSchedule, WorkflowTarget, schedule_reference
from shared_layer.scheduler.schedule_run import ScheduleRun, run_reference, stage_run
from shared_layer.storage.documents import read
from shared_layer.workflows import starting
from shared_layer.workflows.operations import uphold

EMITS: Final = (
    "schedule_fired", "schedule_run_ended", "schedule_changed", "workflow_stop_due", *starting.EMITS
)  # fmt: skip

STANDING: Final = {
    "state", "paused_because", "next_fire_at", "next_due_at", "running", "buffered", "last_skip", "last_run_id"
}  # fmt: skip
"""What firing changes of a schedule. Its version does not count that: whoever edits it need not read it again."""

Ended = Literal["succeeded", "failed", "cancelled"]


@dataclass(slots=True)
class Firing:
    """Fires of one schedule, in order: each is judged by what those before it left behind.

    `runs` are the records as they will be written.
    """

    schedule: StoredSchedule
    caller: Caller
    unit: Unit
    runs: dict[str, ScheduleRun] = field(default_factory=dict)

    async def fire(self, run: ScheduleRun) -> None:
        """Start, buffer or skip one."""
        schedule = self.schedule
        verdict = judge(schedule.overlap, len(schedule.running), len(schedule.buffered))
        self.runs[run.id] = run
        run.reason = verdict.reason
        match verdict.way:
            case "start":
                await self.start(run)
            case "skip":
                self.skip(run, verdict.reason or "")
            case "buffer":
                run.state = "buffered"
                schedule.buffered.append(run.id)
            case "replace":
                await self._replace(run)

    async def start(self, run: ScheduleRun) -> None:
        """Stage what the schedule starts. What its owner may not do, or what does not fit, fails the run."""
        schedule, unit = self.schedule, self.unit
        run.state, run.reason = "started", None
        schedule.last_run_id = run.id
        if isinstance(schedule.target, EventTarget):
            fired = ScheduleFired(
                schedule_id=schedule.id,
                schedule_run_id=run.id,
                schedule_name=schedule.name,
                fire_time=run.fire_time,
                data=schedule.target.data,
            )
            run.event_id = unit.emit(fired).event_id
            run.state, run.ended_at = "succeeded", clock.utcnow()
            return
        await self._start_workflow(schedule.target, run)

    async def _start_workflow(self, target: WorkflowTarget, run: ScheduleRun) -> None:
        key = f"schedule:{run.id}"
        try:
            await uphold(self.caller, "start_workflow")
            task = starting.stage_run(
                target.workflow, target.input, self.caller, self.unit, run_key=key, origin=run.id
            )  # fmt: skip
        except Problem as problem:
            if problem.status >= 500:
                raise
            self.end(run, "failed", f"{problem.code}: {problem.detail}"[:500])
            return
        run.workflow_run_id = task.id
        self.schedule.running.append(run.id)

    def end(self, run: ScheduleRun, state: Ended, reason: str | None = None) -> None:
        """Note how a run ended. A failure pauses a schedule that wants it so."""
        schedule, unit = self.schedule, self.unit
        run.state, run.reason, run.ended_at = state, reason, clock.utcnow()
        unit.emit(ScheduleRunEnded(schedule_id=schedule.id, schedule_run_id=run.id, state=state))
        if state == "failed" and schedule.pause_on_failure and schedule.state == "active":
            schedule.pause(f"The run {run.id} failed, and pause_on_failure is set.")
            unit.emit(ScheduleChanged(schedule_id=schedule.id, status="paused"))

    def skip(self, run: ScheduleRun, reason: str) -> None:
        """Note that it starts nothing, and why."""
        run.state, run.reason = "skipped", reason
        self.schedule.last_skip = Skip(fire_time=run.fire_time, reason=reason)

    async def _replace(self, run: ScheduleRun) -> None:
        """Let it wait alone, and have what works cancelled."""
        for former in self.schedule.buffered:
            other = await self.known(former)
            self.skip(other, "A later one took its place.")
        for working in self.schedule.running:
            other = await self.known(working)
            if other.workflow_run_id is not None:
                self.unit.emit(WorkflowStopDue(run_id=other.workflow_run_id))
        run.state = "buffered"
        self.schedule.buffered = [run.id]

    async def known(self, run_id: str) -> ScheduleRun:
        """A run that was read, or is made, already; else it is read."""
        if run_id not in self.runs:
            self.runs[run_id] = await read(run_reference(self.unit.tenant_id, run_id), ScheduleRun)
        return self.runs[run_id]

    def stage(self) -> None:
        """Stage the schedule and its runs: nobody may have written the schedule, or claimed a new one, meanwhile."""
        for run in self.runs.values():
            stage_run(run, self.unit)
        schedule = self.schedule
        fields = schedule.model_dump(include=STANDING)
        reference = schedule_reference(self.unit.tenant_id, schedule.id)
        self.unit.patch_unchanged(reference, fields, schedule.stored_at)
