"""Walk the tenant's audit chain and its signed checkpoints; names the first number that is wrong, and why."""

from shared_layer.front_door import Caller, Resources, Unit, endpoint
from shared_layer.governance.trail import tell_of_reading, verify_trail
from shared_layer.governance.verification import Verdict


@endpoint(
    "GET",
    "/api/v1/audit-events:verify",
    scope="governance:read",
    tier="expensive",
    deadline=60,
    emits=("audit_events_read",),
    resources=Resources(secrets=("xynergy-audit-key",)),
)
async def verify_audit_events(caller: Caller, unit: Unit) -> Verdict:
    tell_of_reading(unit, caller, "verify", [])
    return await verify_trail(caller.tenant_id)
