"""Export the whole audit trail as JSON lines, with its signed checkpoints.

The file can be verified by itself: `python -m shared_layer.governance.verify`. The export is recorded in the trail.
"""

from starlette.responses import StreamingResponse

from shared_layer.front_door import Caller, Unit, endpoint
from shared_layer.governance.trail import export_lines, tell_of_reading


@endpoint(
    "GET",
    "/api/v1/audit-events:export",
    scope="governance:read",
    while_suspended=True,
    tier="expensive",
    deadline=300,
    streams=True,
    emits=("audit_events_read",),
)
async def export_audit_events(caller: Caller, unit: Unit) -> StreamingResponse:
    tell_of_reading(unit, caller, "export", [])
    return StreamingResponse(export_lines(caller.tenant_id), media_type="application/jsonl")
