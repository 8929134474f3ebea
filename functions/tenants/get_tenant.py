"""Get a tenant's profile, plan and status."""

from shared_layer.front_door import Caller, Id, endpoint
from shared_layer.tenants import Tenant
from shared_layer.tenants import get_tenant as get


@endpoint("GET", "/api/v1/tenants/{tenant_id}", scope="tenants:read")
async def get_tenant(tenant_id: Id, caller: Caller) -> Tenant:
    return await get(tenant_id, caller)
