"""Rotate an API key: its successor opens now, the old one dies when the grace ends (0 seconds: at once)."""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.tenants.keys import IssuedKey, Rotation, rotate_key


@endpoint(
    "POST",
    "/api/v1/api-keys/{key_id}:rotate",
    scope="keys:write",
    status=201,
    idempotency="optional",
    sealed=True,
    emits=("api_key_created", "api_key_rotated"),
)
async def rotate_api_key(key_id: Id, rotation: Rotation, caller: Caller, unit: Unit) -> IssuedKey:
    return await rotate_key(key_id, rotation, caller, unit)
