"""Create a tenant with its owner's API key.

The key is in the answer and never shown again. The tenant's own BigQuery dataset follows within seconds
(`warehouse` turns from `pending` to `ready`).
"""

from shared_layer.front_door import Unit, endpoint
from shared_layer.tenants.creation import NewTenant, TenantWithKey
from shared_layer.tenants.creation import create_tenant as create


@endpoint(
    "POST",
    "/api/v1/tenants",
    scope="platform:operate",
    status=201,
    idempotency="required",
    sealed=True,
    emits=("tenant_created", "api_key_created"),
)
async def create_tenant(new: NewTenant, unit: Unit) -> TenantWithKey:
    return await create(new, unit)
