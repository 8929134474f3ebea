"""Delete a schedule: what it started goes on, what waits is started no more."""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.scheduler import schedules


@endpoint("DELETE", "/api/v1/schedules/{schedule_id}", scope="schedules:write", status=204, emits=("schedule_changed",))
async def delete_schedule(schedule_id: Id, caller: Caller, unit: Unit) -> None:
    await schedules.delete_schedule(schedule_id, caller, unit)
