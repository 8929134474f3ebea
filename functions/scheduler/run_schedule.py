"""Run a schedule now, or for the fires of a past range that have not run. Overlaps are judged by its policy."""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.scheduler import running
from shared_layer.scheduler.starting import EMITS


@endpoint(
    "POST",
    "/api/v1/schedules/{schedule_id}:run",
    scope="schedules:write",
    status=202,
    idempotency="optional",
    emits=EMITS,
)
async def run_schedule(schedule_id: Id, wanted: running.RunRequest, caller: Caller, unit: Unit) -> running.RunOutcome:
    return await running.run_schedule(schedule_id, wanted, caller, unit)
