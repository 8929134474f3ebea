"""Change a task; one that recurs and is done is followed by the next of its rule."""

from shared_layer.crm import todo
from shared_layer.crm.task import CrmTask, CrmTaskChanges
from shared_layer.front_door import Caller, Id, IfMatch, Unit, endpoint


@endpoint("PATCH", "/api/xynergyos/v2/crm/tasks/{task_id}", scope="crm:write", emits=("crm_task_changed",))
async def update_crm_task(
    task_id: Id, changes: CrmTaskChanges, version: IfMatch, caller: Caller, unit: Unit
) -> CrmTask:
    return await todo.update_crm_task(task_id, changes, version, caller, unit)
