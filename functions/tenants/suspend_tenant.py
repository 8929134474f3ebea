"""Suspend a tenant: its keys open nothing but its profile, its bill and its own data until it is reactivated."""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.tenants.tenant import StatusChange, Tenant, set_status
from shared_layer.tenants.unopposed import commit_unopposed


@endpoint("POST", "/api/v1/tenants/{tenant_id}:suspend", scope="platform:operate", emits=("tenant_status_changed",))
async def suspend_tenant(tenant_id: Id, change: StatusChange, caller: Caller, unit: Unit) -> Tenant:
    return await commit_unopposed(unit, lambda step: set_status(tenant_id, "suspended", change.reason, caller, step))
