"""Get one task."""

from shared_layer.crm import todo
from shared_layer.crm.task import CrmTask
from shared_layer.front_door import Caller, Id, endpoint


@endpoint("GET", "/api/xynergyos/v2/crm/tasks/{task_id}", scope="crm:read")
async def get_crm_task(task_id: Id, caller: Caller) -> CrmTask:
    return await todo.get_crm_task(task_id, caller)
