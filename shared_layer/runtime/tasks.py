"""Asynchronous tasks: an operation answers 202 with the task, which is done step by step and can be followed.

    queued --> running --> succeeded
       |          |  ^        (each step is a delivery of `task_step_due`; its effects, the task's new position and
       |          v  |         the event of the next step are one commit)
       |        failed        after 5 attempts at one step, or at once where no retry can help
       '--> cancelled <-- running

A task whose step nobody works on any more is taken up by the reaper (reaping.py).

To add one: `start_task` in the operation, which declares `task_step_due` in its `emits`; a step function in the domain;
its kind in triggers/runtime/run_task_step.py.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.ids import Id, new_id
from shared_layer.core.models import Entity, Model, Page, PageQuery
from shared_layer.core.services import SERVICES
from shared_layer.messaging.events.runtime import TaskStepDue
from shared_layer.storage.documents import page, read, tenant_collection, tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

    from shared_layer.messaging.unit import Unit

COLLECTION: Final = "tasks"
KEPT: Final = timedelta(days=30)
WORKFLOW: Final = "workflow."
"""What the kind of a task begins with that is a workflow's run; the workflow's name follows."""

State = Literal["queued", "running", "succeeded", "failed", "cancelled"]
UNFINISHED: Final[tuple[State, ...]] = ("queued", "running")


class TaskError(Model):
    """Why the last attempt, or the task, failed."""

    code: str
    detail: str


class Task(Entity):
    """A task as its owner sees it. `attempts` counts those at the current step, `outcome` what was done so far."""

    id: str
    kind: str
    state: State = "queued"
    percent: int = Field(default=0, ge=0, le=100)
    step: int = 0
    attempts: int = 0
    error: TaskError | None = None
    outcome: dict[str, Any] = Field(default_factory=dict)
    result_url: str | None = None
    url: str
    created_by: str
    request_id: str

    @property
    def finished(self) -> bool:
        """Whether nothing more will be done."""
        return self.state not in UNFINISHED


class StoredTask(Task):
    """A task with what only its steps need: `input` as started, `position` as the last step left it, and the lease.

    `service` is the one that started it, whose topic its steps are told on; `nudges` counts how often the reaper told
    of the current step anew.
    """

    service: str = SERVICES["runtime"].name
    nudges: int = 0
    input: dict[str, Any]
    position: dict[str, Any] = Field(default_factory=dict)
    lease_until: datetime | None = None
    expires_at: datetime


class TaskFilter(PageQuery):
    """Which tasks: of one kind, in one state."""

    kind: Annotated[str, Field(max_length=64)] | None = None
    state: State | None = None


def task_reference(tenant_id: str, task_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/tasks/{task}`."""
    return tenant_document(tenant_id, COLLECTION, task_id)


def start_task(
    kind: str, given: dict[str, Any], caller: Caller, unit: Unit, *, task_id: str = "", **begun: Any
) -> StoredTask:
    """Stage a task of `kind` with its JSON input, and the event of its first step; `begun` are fields that it has then.

    With a `task_id` that is there already, the commit raises Conflict: whoever names it starts it once.
    """
    moment = clock.utcnow()
    task_id = task_id or new_id("task")
    fields = {
        "id": task_id,
        "kind": kind,
        "service": caller.context.service,
        "input": given,
        "url": f"/api/v1/tasks/{task_id}",
        "created_by": caller.principal,
        "request_id": caller.request_id,
        "created_at": moment,
        "updated_at": moment,
        "expires_at": moment + KEPT,
    }
    task = StoredTask.model_validate(fields | begun)
    unit.create(task_reference(caller.tenant_id, task_id), task.model_dump())
    unit.emit(TaskStepDue(task_id=task_id, kind=kind, step=0), caller.tenant_id)
    return task


async def get_task(task_id: Id, caller: Caller) -> Task:
    """One task of the tenant. Raises NotFound."""
    return await read(task_reference(caller.tenant_id, task_id), Task)


async def list_tasks(wanted: TaskFilter, caller: Caller) -> Page[Task]:
    """The tenant's tasks, newest first."""
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(caller.tenant_id, COLLECTION)
    for field, value in (("kind", wanted.kind), ("state", wanted.state)):
        if value is not None:
            found = found.where(filter=FieldFilter(field, "==", value))
    return await page(found, Task, wanted, ["-created_at"])
