"""List the tenant's API keys by prefix, newest first."""

from shared_layer.front_door import Caller, Page, endpoint
from shared_layer.tenants.keys import ApiKey, KeyFilter, list_keys


@endpoint("GET", "/api/v1/api-keys", scope="keys:read")
async def list_api_keys(query: KeyFilter, caller: Caller) -> Page[ApiKey]:
    return await list_keys(query, caller)
