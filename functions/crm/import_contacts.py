"""Import contacts from a CSV: dry run, a report of every row, and a way back. More than 1,000 rows are a task."""

from shared_layer.crm import importing
from shared_layer.crm.import_record import Import, ImportRequest
from shared_layer.front_door import Caller, Resources, Unit, endpoint
from shared_layer.runtime.tasks import start_task


@endpoint(
    "POST",
    "/api/xynergyos/v2/crm/contacts:import",
    scope="crm:write",
    tier="expensive",
    status=202,
    idempotency="optional",
    body_limit=24 << 20,
    deadline=120,
    emits=("contacts_imported", "task_step_due", *importing.EMITS),
    resources=Resources(memory=512, concurrency=8),
)
async def import_contacts(wanted: ImportRequest, caller: Caller, unit: Unit) -> Import:
    return await importing.import_contacts(wanted, caller, unit, start_task)
