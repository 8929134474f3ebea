"""Restore a deleted tenant within its 30 days of grace, as it was."""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.tenants.deletion import restore_tenant as restore
from shared_layer.tenants.tenant import Tenant
from shared_layer.tenants.unopposed import commit_unopposed


@endpoint("POST", "/api/v1/tenants/{tenant_id}:restore", scope="platform:operate", emits=("tenant_status_changed",))
async def restore_tenant(tenant_id: Id, caller: Caller, unit: Unit) -> Tenant:
    return await commit_unopposed(unit, lambda step: restore(tenant_id, caller, step))
