"""Delete a tenant: its keys stop at once, its data goes after 30 days; until then an operator can restore it."""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.tenants.deletion import delete_tenant as delete
from shared_layer.tenants.tenant import Tenant
from shared_layer.tenants.unopposed import commit_unopposed


@endpoint("DELETE", "/api/v1/tenants/{tenant_id}", scope="tenants:delete", emits=("tenant_status_changed",))
async def delete_tenant(tenant_id: Id, caller: Caller, unit: Unit) -> Tenant:
    return await commit_unopposed(unit, lambda step: delete(tenant_id, caller, step))
