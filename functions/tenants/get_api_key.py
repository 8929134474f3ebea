"""Get one API key: its scopes, status and end, never the key itself."""

from shared_layer.front_door import Caller, Id, endpoint
from shared_layer.tenants.keys import ApiKey, get_key


@endpoint("GET", "/api/v1/api-keys/{key_id}", scope="keys:read")
async def get_api_key(key_id: Id, caller: Caller) -> ApiKey:
    return await get_key(key_id, caller)
