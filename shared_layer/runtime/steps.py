"""One step of a task: claimed under a lease that is renewed while it works, committed with its effects or not at all.

A step is delivered at least once. A second delivery while the first works is put off; one after it finds the task
further on and is dropped. Who dies with the lease is followed, once it ran out, by the next delivery; who lives on
without it finds its commit refused, because the task was written since. An effect outside Firestore (a mail, a
publish) may therefore happen twice, and must carry a key of its own: `{task}:{step}` is one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Literal

from shared_layer.core import clock
from shared_layer.core.context import RequestContext
from shared_layer.core.errors import NotFound, Problem, RequestInFlight
from shared_layer.core.logs import log, log_exception
from shared_layer.messaging.events.runtime import TaskFinished, TaskStepDue
from shared_layer.messaging.unit import Unit
from shared_layer.runtime.tasks import State, StoredTask, TaskError, task_reference
from shared_layer.storage.documents import read
from shared_layer.storage.gcp_clients import firestore

LEASE: Final = timedelta(seconds=6)
ATTEMPTS: Final = 5
EMITS: Final = ("task_step_due", "task_finished")


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a step has done: how far the task is, where the next step goes on, what to show; `last` ends the task.

    `state` is what it ends as: `cancelled` where the last step undid what the others had done.
    """

    percent: int
    position: dict[str, Any] = field(default_factory=dict)
    outcome: dict[str, Any] = field(default_factory=dict)
    result_url: str | None = None
    last: bool = False
    state: Literal["succeeded", "cancelled"] = "succeeded"


Step = Callable[[StoredTask, Unit], Awaitable[Done]]


async def run_step(
    due: TaskStepDue, tenant_id: str, context: RequestContext, steps: Mapping[str, Step], emits: tuple[str, ...] = ()
) -> None:
    """Do the step that is due, unless it was done, or its kind is not in `steps`: then it is another trigger's.

    Raises whatever asks for another delivery.
    """
    if due.kind not in steps:
        return
    task = await _claimed(due, tenant_id, context)
    if task is None:
        return
    unit = Unit(context, tenant_id, (*EMITS, *emits))
    try:
        async with _lease_kept(task, tenant_id):
            done = await steps[task.kind](task, unit)
        _advance(task, done, unit)
        await unit.commit()
    except Exception as error:
        if not await _failed(task, error, tenant_id, context):
            raise


async def _claimed(due: TaskStepDue, tenant_id: str, context: RequestContext) -> StoredTask | None:
    """The task, held by a lease. None where the step is done; RequestInFlight while another delivery works on it."""
    try:
        task = await read(task_reference(tenant_id, due.task_id), StoredTask)
    except NotFound:
        return None
    if task.finished or task.step != due.step:
        return None
    if task.lease_until is not None and task.lease_until > clock.utcnow():
        raise RequestInFlight("Another delivery works on this step.")
    if task.attempts >= ATTEMPTS:
        await end_task(task, "failed", TaskError(code="interrupted", detail=_INTERRUPTED), tenant_id, context)
        return None
    task.state, task.attempts, task.lease_until = "running", task.attempts + 1, clock.utcnow() + LEASE
    await _write(task, tenant_id, {"state": task.state, "attempts": task.attempts, "lease_until": task.lease_until})
    return task


_INTERRUPTED: Final = f"{ATTEMPTS} attempts at this step were cut off by a crash or a time-out."


async def _write(task: StoredTask, tenant_id: str, fields: dict[str, Any]) -> None:
    """Write fields of a task that nobody wrote since. Raises RequestInFlight where somebody did."""
    from google.api_core.exceptions import FailedPrecondition, NotFound

    option = firestore().write_option(last_update_time=task.stored_at)
    try:
        written = await task_reference(tenant_id, task.id).update(fields, option=option)
    except (FailedPrecondition, NotFound):
        raise RequestInFlight("Another delivery took this step over.") from None
    task.remember_update_time(written.update_time)


@asynccontextmanager
async def _lease_kept(task: StoredTask, tenant_id: str) -> AsyncIterator[None]:
    """Renew the lease at each third for as long as the context lasts."""
    ended = asyncio.Event()

    async def renew() -> None:
        while True:
            try:
                async with asyncio.timeout(LEASE.total_seconds() / 3):
                    await ended.wait()
                return
            except TimeoutError:
                await _write(task, tenant_id, {"lease_until": clock.utcnow() + LEASE})

    renewing = asyncio.create_task(renew())
    try:
        yield
    finally:
        ended.set()
        outcome = (await asyncio.gather(renewing, return_exceptions=True))[0]
        if outcome is not None:
            log("WARNING", "task_lease_not_renewed", str(outcome), task_id=task.id)


def _advance(task: StoredTask, done: Done, unit: Unit) -> None:
    """Stage where the task is now, and the event of the next step."""
    moment = clock.utcnow()
    fields: dict[str, Any] = {
        "state": done.state if done.last else "running",
        "percent": 100 if done.last else done.percent,
        "step": task.step + 1,
        "attempts": 0,
        "nudges": 0,
        "error": None,
        "position": done.position,
        "outcome": done.outcome,
        "result_url": done.result_url,
        "lease_until": None,
        "updated_at": moment,
        "version": task.version + 1,
    }
    unit.patch_unchanged(task_reference(unit.tenant_id, task.id), fields, task.stored_at)
    if done.last:
        unit.emit(TaskFinished(task_id=task.id, kind=task.kind, state=done.state, steps=task.step + 1))
    else:
        unit.emit(TaskStepDue(task_id=task.id, kind=task.kind, step=task.step + 1))


async def _failed(task: StoredTask, error: Exception, tenant_id: str, context: RequestContext) -> bool:
    """Note the failed attempt, and give the lease back; whether the task ended with it."""
    reason = TaskError(code="internal", detail=Problem.advice)
    if isinstance(error, Problem):
        reason = TaskError(code=error.code, detail=error.detail)
    else:
        log_exception("task_step_failed", error, task_id=task.id, step=task.step)
    hopeless = isinstance(error, Problem) and 400 <= error.status < 500 and error.status not in (409, 412, 429)
    if hopeless or task.attempts >= ATTEMPTS:
        await end_task(task, "failed", reason, tenant_id, context)
        return True
    again = {"error": reason.model_dump(), "lease_until": None, "updated_at": clock.utcnow()}
    await _write(task, tenant_id, again)
    return False


async def end_task(task: StoredTask, state: State, reason: TaskError, tenant_id: str, context: RequestContext) -> None:
    """End a task that nobody wrote since it was read, and tell of it. Raises Conflict where somebody did."""
    unit = Unit(context, tenant_id, EMITS)
    stage_end(task, state, reason, unit)
    await unit.commit()


def stage_end(task: StoredTask, state: State, reason: TaskError, unit: Unit) -> None:
    """Stage the end of a task, and the event of it."""
    fields = {
        "state": state,
        "error": reason.model_dump(),
        "lease_until": None,
        "updated_at": clock.utcnow(),
        "version": task.version + 1,
    }
    unit.patch_unchanged(task_reference(unit.tenant_id, task.id), fields, task.stored_at)
    unit.emit(TaskFinished(task_id=task.id, kind=task.kind, state=state, steps=task.step))
