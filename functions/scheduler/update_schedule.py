"""Change a schedule, pause it, resume it. What it missed while it was paused is not caught up on; `:run` does that."""

from shared_layer.front_door import Caller, Id, IfMatch, Unit, endpoint
from shared_layer.scheduler import schedules
from shared_layer.scheduler.schedule import Schedule, ScheduleChanges


@endpoint("PATCH", "/api/v1/schedules/{schedule_id}", scope="schedules:write", emits=("schedule_changed",))
async def update_schedule(
    schedule_id: Id, changes: ScheduleChanges, version: IfMatch, caller: Caller, unit: Unit
) -> Schedule:
    return await schedules.update_schedule(schedule_id, changes, version, caller, unit)
