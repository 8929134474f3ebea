"""What is to be done: tasks made, changed, done and followed by the next."""

from __future__ import annotations

from typing import Any

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import ValidationFailed, VersionMismatch
from shared_layer.core.ids import Id, new_id
from shared_layer.core.models import Page
from shared_layer.crm.attachment import attached, of_contact
from shared_layer.crm.counters import Facts, count_change
from shared_layer.crm.recurrence import next_due
from shared_layer.crm.task import (
    COLLECTION,
    CrmTask,
    CrmTaskChanges,
    CrmTaskDraft,
    CrmTaskFilter,
    crm_task_document,
)
from shared_layer.messaging.events.crm import CrmTaskChanged
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import page, read, tenant_collection

REQUIRED = ("title", "text", "status")


def task_facts(task: CrmTask) -> Facts:
    """What a task counts for."""
    return {("tasks", "status", task.status): 1}


async def create_crm_task(draft: CrmTaskDraft, caller: Caller, unit: Unit) -> CrmTask:
    """Stage a task. Raises NotFound where its contact or deal is not the tenant's."""
    return stage_task(await attached(draft, caller.tenant_id), caller.principal, unit)


def stage_task(draft: CrmTaskDraft, by: str, unit: Unit) -> CrmTask:
    """Stage a task about a contact and a deal that are there."""
    moment = clock.utcnow()
    task = CrmTask(
        id=new_id("todo"),
        series_from=draft.due_at if draft.recurrence else None,
        created_by=by,
        created_at=moment,
        updated_at=moment,
        **draft.model_dump(),
    )
    _stage_new(unit, task)
    return task


def _stage_new(unit: Unit, task: CrmTask) -> None:
    unit.create(crm_task_document(unit.tenant_id, task.id), task.model_dump() | {"merges": []})
    count_change(unit, task.id, {}, task_facts(task))
    unit.emit(CrmTaskChanged(task_id=task.id, contact_id=task.contact_id, status=task.status))


async def get_crm_task(task_id: Id, caller: Caller) -> CrmTask:
    """One task. Raises NotFound."""
    return await read(crm_task_document(caller.tenant_id, task_id), CrmTask)


async def list_crm_tasks(wanted: CrmTaskFilter, caller: Caller) -> Page[CrmTask]:
    """Tasks, the newest first; the overdue ones by how long they wait. Raises ValidationFailed for a status beside."""
    from google.cloud.firestore import FieldFilter

    if wanted.overdue and wanted.status not in (None, "open"):
        raise ValidationFailed("What is overdue is open. Leave status out.")
    found = tenant_collection(caller.tenant_id, COLLECTION)
    query = await of_contact(found, wanted.contact_id, wanted.deal_id, caller)
    status = "open" if wanted.overdue else wanted.status
    conditions: list[tuple[str, str, Any]] = [("assignee", "==", wanted.assignee), ("status", "==", status)]
    if wanted.overdue:
        conditions.append(("due_at", "<", clock.utcnow()))
    for name, operator, value in conditions:
        if value is not None:
            query = query.where(filter=FieldFilter(name, operator, value))
    return await page(query, CrmTask, wanted, ["due_at" if wanted.overdue else "-created_at"])


async def update_crm_task(task_id: Id, changes: CrmTaskChanges, version: int, caller: Caller, unit: Unit) -> CrmTask:
    """Change a task as of `version`; one that recurs and is done is followed by its next. Raises VersionMismatch."""
    task = await get_crm_task(task_id, caller)
    if task.version != version:
        raise VersionMismatch()
    facts, former = task_facts(task), task.status
    for name in changes.model_fields_set:
        value = getattr(changes, name)
        if value is not None or name not in REQUIRED:
            setattr(task, name, value)
    if "remind_at" in changes.model_fields_set:
        task.reminded_at = None
    if task.recurrence is not None and task.due_at is None:
        raise ValidationFailed("A task that recurs needs due_at.")
    if task.recurrence is not None and task.series_from is None:
        task.series_from = task.due_at
    if task.status != former:
        task.done_at = clock.utcnow() if task.status == "done" else None
        if task.status == "done" and task.next_id is None:
            _follow(unit, task)
    count_change(unit, task.id, facts, task_facts(task))
    unit.replace(crm_task_document(caller.tenant_id, task.id), task)
    unit.emit(CrmTaskChanged(task_id=task.id, contact_id=task.contact_id, status=task.status))
    return task


def _follow(unit: Unit, task: CrmTask) -> None:
    """Stage the next task of the series: the rule's next moment after this one was due, as far as the rule goes."""
    if task.recurrence is None or task.due_at is None or task.series_from is None:
        return
    due = next_due(task.recurrence, task.series_from, task.due_at, task.timezone)
    if due is None:
        return
    moment = clock.utcnow()
    remind = due - (task.due_at - task.remind_at) if task.remind_at is not None else None
    following = task.model_copy(
        update={
            "id": new_id("todo"), "status": "open", "due_at": due, "remind_at": remind, "done_at": None,
            "reminded_at": None,
            "occurrence": task.occurrence + 1, "version": 1, "created_at": moment, "updated_at": moment,
        }
    )  # fmt: skip
    _stage_new(unit, following)
    task.next_id = following.id


async def delete_crm_task(task_id: Id, caller: Caller, unit: Unit) -> None:
    """Throw a task away; a series ends with it. Raises NotFound."""
    task = await get_crm_task(task_id, caller)
    unit.delete(crm_task_document(caller.tenant_id, task.id))
    count_change(unit, task.id, task_facts(task), {})
    unit.emit(CrmTaskChanged(task_id=task.id, contact_id=task.contact_id, status="deleted"))
