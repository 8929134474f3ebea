"""A tenant's runs: started, read, listed."""

from __future__ import annotations

from shared_layer.core.caller import Caller
from shared_layer.core.ids import Id
from shared_layer.core.models import Page
from shared_layer.messaging.unit import Unit
from shared_layer.runtime.tasks import COLLECTION, WORKFLOW, StoredTask, task_reference
from shared_layer.storage.documents import page, read, tenant_collection
from shared_layer.workflows.run import RunFilter, WorkflowRun, shown
from shared_layer.workflows.starting import NewRun, stage_run, started_before


async def start_run(name: str, new: NewRun, caller: Caller, unit: Unit) -> WorkflowRun:
    """Stage a run, or answer the one that was started under the same key before.

    Raises NotFound, ValidationFailed, ScopeMissing, Conflict for a key that belongs to another input.
    """
    before = await started_before(name, new, caller)
    if before is not None:
        return shown(before)
    return shown(stage_run(name, new.input, caller, unit, run_key=new.run_key))


async def get_run(run_id: Id, caller: Caller) -> WorkflowRun:
    """One run, or any other asynchronous task. Raises NotFound."""
    return shown(await read(task_reference(caller.tenant_id, run_id), StoredTask))


async def list_runs(wanted: RunFilter, caller: Caller) -> Page[WorkflowRun]:
    """The tenant's runs, newest first."""
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(caller.tenant_id, COLLECTION)
    kind = f"{WORKFLOW}{wanted.workflow}" if wanted.workflow else None
    for field, value in (("kind", kind), ("state", wanted.state)):
        if value is not None:
            found = found.where(filter=FieldFilter(field, "==", value))
    listed = await page(found, StoredTask, wanted, ["-created_at"])
    return Page[WorkflowRun](items=[shown(each) for each in listed.items], next_cursor=listed.next_cursor)
