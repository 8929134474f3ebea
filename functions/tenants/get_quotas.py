"""See what is used of each monthly quota, in all and by day."""

from shared_layer.front_door import Caller, endpoint
from shared_layer.tenants.quotas import Quotas, show_quotas


@endpoint("GET", "/api/v1/quotas", scope="quotas:read", while_suspended=True)
async def get_quotas(caller: Caller) -> Quotas:
    return await show_quotas(caller)
