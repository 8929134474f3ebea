"""A run cancelled, or tried again: where it goes on is written, and the step that is due is told."""

from __future__ import annotations

from typing import Any, Final, Literal

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.context import RequestContext
from shared_layer.core.errors import IllegalTransition
from shared_layer.core.ids import Id
from shared_layer.core.models import Model
from shared_layer.governance.group_commit import until_unopposed
from shared_layer.messaging.events.runtime import TaskStepDue
from shared_layer.messaging.unit import Unit
from shared_layer.runtime.cancellation import CANCELLED
from shared_layer.runtime.steps import end_task
from shared_layer.runtime.tasks import WORKFLOW, StoredTask, task_reference
from shared_layer.storage.documents import read
from shared_layer.workflows.catalogue import newest, pinned
from shared_layer.workflows.progress import Progress
from shared_layer.workflows.run import WorkflowRun
from shared_layer.workflows.runs import get_run

EMITS: Final = ("task_step_due", "task_finished")


class Retry(Model):
    """Where a run that failed goes on, by which definition.

    `failed_step` tries that step again and keeps what was done; `start` undoes what was done, the last step first, and
    begins anew. `pinned` is the version that the run was started with, `newest` the one that is deployed now: steps of
    the same name that were done count as done in it.
    """

    start_from: Literal["failed_step", "start"] = "failed_step"
    definition: Literal["pinned", "newest"] = "pinned"


async def cancel_run(run_id: Id, caller: Caller, unit: Unit) -> WorkflowRun:
    """Undo the steps that were done, the last one first, then end. A step at work finds its commit refused.

    Cancelling twice is done once; a run whose undoing failed goes on with it. Raises NotFound, IllegalTransition.
    """
    await stop_run(run_id, caller.tenant_id, unit.context)
    return await get_run(run_id, caller)


async def stop_run(run_id: str, tenant_id: str, context: RequestContext) -> None:
    """What `cancel_run` does, for work that has no caller. Raises NotFound, IllegalTransition."""

    async def attempt() -> None:
        task = await _workflow(run_id, tenant_id)
        progress = Progress.of(task)
        if task.state == "cancelled" or (progress.direction == "back" and not task.finished):
            return
        if task.state == "succeeded":
            raise IllegalTransition("The run has succeeded already.", status_now=task.state)
        if not progress.done:
            await end_task(task, "cancelled", CANCELLED, tenant_id, context)
            return
        progress.direction = "back"
        await _go_on(task, progress, Unit(context, tenant_id, EMITS))

    await until_unopposed(attempt)


async def retry_run(run_id: Id, wanted: Retry, caller: Caller, unit: Unit) -> WorkflowRun:
    """Let a run that failed go on. Raises NotFound, IllegalTransition for one that has not failed."""

    async def attempt() -> None:
        task = await _workflow(run_id, caller.tenant_id)
        if task.state != "failed":
            raise IllegalTransition(f"The run is {task.state}: only one that failed is retried.", status_now=task.state)
        progress, name = Progress.of(task), task.input["workflow"]
        version = newest(name).version if wanted.definition == "newest" else pinned(name, progress.definition).version
        if wanted.start_from == "start":
            progress.direction, progress.next_definition = "back_to_start", version
        else:
            progress.definition = version
        await _go_on(task, progress, Unit(unit.context, caller.tenant_id, EMITS))

    await until_unopposed(attempt)
    return await get_run(run_id, caller)


async def _workflow(run_id: str, tenant_id: str) -> StoredTask:
    task = await read(task_reference(tenant_id, run_id), StoredTask)
    if not task.kind.startswith(WORKFLOW):
        raise IllegalTransition("This task is no workflow: POST /api/v1/tasks/{id}:cancel ends it.")
    return task


async def _go_on(task: StoredTask, progress: Progress, unit: Unit) -> None:
    """Commit the run's new way, under the number of a new step: a delivery of the former one finds nothing to do."""
    fields: dict[str, Any] = {
        "state": "running",
        "step": task.step + 1,
        "attempts": 0,
        "nudges": 0,
        "error": None,
        "position": progress.position,
        "outcome": progress.outcome,
        "lease_until": None,
        "updated_at": clock.utcnow(),
        "version": task.version + 1,
    }
    unit.patch_unchanged(task_reference(unit.tenant_id, task.id), fields, task.stored_at)
    unit.emit(TaskStepDue(task_id=task.id, kind=task.kind, step=task.step + 1))
    await unit.commit()
