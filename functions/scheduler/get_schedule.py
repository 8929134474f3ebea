"""Get one schedule with its last run and its next five fire times."""

from shared_layer.front_door import Caller, Id, endpoint
from shared_layer.scheduler import schedules
from shared_layer.scheduler.schedule import Schedule


@endpoint("GET", "/api/v1/schedules/{schedule_id}", scope="schedules:read")
async def get_schedule(schedule_id: Id, caller: Caller) -> Schedule:
    return await schedules.get_schedule(schedule_id, caller)
