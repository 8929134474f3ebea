"""List schedules, newest first, each with its last run, why it last started nothing, and its next five fire times."""

from shared_layer.front_door import Caller, Page, endpoint
from shared_layer.scheduler import schedules
from shared_layer.scheduler.schedule import Schedule, ScheduleFilter


@endpoint("GET", "/api/v1/schedules", scope="schedules:read")
async def list_schedules(query: ScheduleFilter, caller: Caller) -> Page[Schedule]:
    return await schedules.list_schedules(query, caller)
