"""Create a task: due, remembered, assigned, once or by an RFC 5545 rule."""

from shared_layer.crm import todo
from shared_layer.crm.task import CrmTask, CrmTaskDraft
from shared_layer.front_door import Caller, Unit, endpoint


@endpoint(
    "POST",
    "/api/xynergyos/v2/crm/tasks",
    scope="crm:write",
    status=201,
    idempotency="optional",
    emits=("crm_task_changed",),
)
async def create_crm_task(draft: CrmTaskDraft, caller: Caller, unit: Unit) -> CrmTask:
    return await todo.create_crm_task(draft, caller, unit)
