"""List tasks, the newest first; ?overdue=true is the feed of what waits, the longest first."""

from shared_layer.crm import todo
from shared_layer.crm.task import CrmTask, CrmTaskFilter
from shared_layer.front_door import Caller, Page, endpoint


@endpoint("GET", "/api/xynergyos/v2/crm/tasks", scope="crm:read")
async def list_crm_tasks(query: CrmTaskFilter, caller: Caller) -> Page[CrmTask]:
    return await todo.list_crm_tasks(query, caller)
