"""Undo an import as one: what it made goes, what it changed is as before; what was touched since stays."""

from shared_layer.crm import undoing
from shared_layer.crm.import_record import Import
from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.runtime.tasks import start_task


@endpoint(
    "POST",
    "/api/xynergyos/v2/crm/imports/{import_id}:undo",
    scope="crm:write",
    tier="expensive",
    status=202,
    idempotency="optional",
    deadline=120,
    emits=("contacts_import_undone", "task_step_due", *undoing.EMITS),
)
async def undo_import(import_id: Id, caller: Caller, unit: Unit) -> Import:
    return await undoing.undo_import(import_id, caller, unit, start_task)
