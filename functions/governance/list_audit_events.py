"""List what happened in the tenant: by whom, what, to what and when; latest first. Listing it is recorded too."""

from shared_layer.front_door import Caller, Page, Unit, endpoint
from shared_layer.governance.record import AuditRecord
from shared_layer.governance.trail import AuditFilter, list_audit


@endpoint("GET", "/api/v1/audit-events", scope="governance:read", emits=("audit_events_read",))
async def list_audit_events(wanted: AuditFilter, caller: Caller, unit: Unit) -> Page[AuditRecord]:
    return await list_audit(wanted, caller, unit)
