"""Throw a task away; a series ends with it."""

from shared_layer.crm import todo
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint("DELETE", "/api/xynergyos/v2/crm/tasks/{task_id}", scope="crm:write", status=204, emits=("crm_task_changed",))
async def delete_crm_task(task_id: Id, caller: Caller, unit: Unit) -> None:
    await todo.delete_crm_task(task_id, caller, unit)
