"""List the runs of a schedule, latest fire first: what each started, how that ended, or why it started nothing."""

from shared_layer.front_door import Caller, Id, Page, endpoint
from shared_layer.scheduler import schedules
from shared_layer.scheduler.schedule_run import ScheduleRun, ScheduleRunFilter


@endpoint("GET", "/api/v1/schedules/{schedule_id}/runs", scope="schedules:read")
async def list_schedule_runs(schedule_id: Id, query: ScheduleRunFilter, caller: Caller) -> Page[ScheduleRun]:
    return await schedules.list_schedule_runs(schedule_id, query, caller)
