"""Get a tenant's profile, plan and status, and what is still to be set up."""

from shared_layer.front_door import Caller, Id, endpoint
from shared_layer.tenants.onboarding import TenantProfile, get_profile


@endpoint("GET", "/api/v1/tenants/{tenant_id}", scope="tenants:read", while_suspended=True)
async def get_tenant(tenant_id: Id, caller: Caller) -> TenantProfile:
    return await get_profile(tenant_id, caller)
