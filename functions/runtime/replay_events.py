"""Deliver events again to one handler: those of a time range, or its dead letters.

What the handler has taken before it does not do again: replaying everything changes nothing. `dry_run` only counts.
The answer is a task; follow it at its `url`.
"""

from shared_layer.front_door import Caller, Unit, endpoint
from shared_layer.runtime.replay import Replay, ReplayRequest, plan_replay


@endpoint(
    "POST",
    "/api/v1/events:replay",
    scope="runtime:write",
    status=202,
    idempotency="optional",
    emits=("task_step_due",),
)
async def replay_events(wanted: ReplayRequest, caller: Caller, unit: Unit) -> Replay:
    return await plan_replay(wanted, caller, unit)
