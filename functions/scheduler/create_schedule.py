"""Create a schedule: cron in a time zone, that starts a workflow or emits an event. Answers its next five fires."""

from shared_layer.front_door import Caller, Unit, endpoint
from shared_layer.scheduler import schedules
from shared_layer.scheduler.schedule import NewSchedule, Schedule


@endpoint(
    "POST",
    "/api/v1/schedules",
    scope="schedules:write",
    status=201,
    idempotency="optional",
    emits=("schedule_changed",),
)
async def create_schedule(new: NewSchedule, caller: Caller, unit: Unit) -> Schedule:
    return await schedules.create_schedule(new, caller, unit)
