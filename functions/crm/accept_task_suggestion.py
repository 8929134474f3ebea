"""Accept a suggestion: its task is made."""

from shared_layer.crm import suggesting
from shared_layer.crm.suggestion import Acceptance
from shared_layer.crm.task import CrmTask
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint(
    "POST",
    "/api/xynergyos/v2/crm/task-suggestions/{suggestion_id}:accept",
    scope="crm:write",
    status=201,
    idempotency="optional",
    emits=("crm_task_suggestion_changed", "crm_task_changed"),
)
async def accept_task_suggestion(suggestion_id: Id, given: Acceptance, caller: Caller, unit: Unit) -> CrmTask:
    return await suggesting.accept(suggestion_id, given, caller, unit)
