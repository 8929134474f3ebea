"""A task's end at its owner's wish."""

from __future__ import annotations

from shared_layer.core.caller import Caller
from shared_layer.core.errors import IllegalTransition
from shared_layer.core.ids import Id
from shared_layer.governance.group_commit import until_unopposed
from shared_layer.messaging.unit import Unit
from shared_layer.runtime.steps import end_task
from shared_layer.runtime.tasks import WORKFLOW, StoredTask, Task, TaskError, get_task, task_reference
from shared_layer.storage.documents import read

CANCELLED = TaskError(code="cancelled", detail="The task was cancelled; what its finished steps did stays done.")


async def cancel_task(task_id: Id, caller: Caller, unit: Unit) -> Task:
    """End the task. A step at work finds its commit refused, so that its effects do not come.

    Cancelling twice is done once. Raises NotFound, or IllegalTransition for a task that has ended otherwise, and for a
    workflow's run, which has steps to undo.
    """

    async def attempt() -> None:
        task = await read(task_reference(caller.tenant_id, task_id), StoredTask)
        if task.state == "cancelled":
            return
        if task.kind.startswith(WORKFLOW):
            raise IllegalTransition(f"This is a workflow: POST /api/v1/workflows/runs/{task_id}:cancel also undoes.")
        if task.finished:
            raise IllegalTransition(f"The task has {task.state} already.", status_now=task.state)
        await end_task(task, "cancelled", CANCELLED, caller.tenant_id, unit.context)

    await until_unopposed(attempt)
    return await get_task(task_id, caller)
