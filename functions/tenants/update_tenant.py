"""Change a tenant's settings; its plan and its status, where an operator asks."""

from shared_layer.front_door import Caller, Id, IfMatch, Unit, endpoint
from shared_layer.tenants.tenant import Tenant, TenantChanges
from shared_layer.tenants.tenant import update_tenant as update
from shared_layer.tenants.unopposed import commit_unopposed


@endpoint(
    "PATCH",
    "/api/v1/tenants/{tenant_id}",
    scope="tenants:write",
    emits=("tenant_updated", "tenant_status_changed"),
)
async def update_tenant(tenant_id: Id, changes: TenantChanges, version: IfMatch, caller: Caller, unit: Unit) -> Tenant:
    return await commit_unopposed(unit, lambda step: update(tenant_id, changes, version, caller, step))
