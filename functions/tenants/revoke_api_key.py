"""Revoke an API key: from the next request on it opens nothing."""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.tenants.keys import revoke_key


@endpoint("DELETE", "/api/v1/api-keys/{key_id}", scope="keys:write", status=204, emits=("api_key_revoked",))
async def revoke_api_key(key_id: Id, caller: Caller, unit: Unit) -> None:
    await revoke_key(key_id, caller, unit)
