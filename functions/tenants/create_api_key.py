"""Create an API key with some of the caller's scopes. The key is in the answer and never shown again."""

from shared_layer.front_door import Caller, Unit, endpoint
from shared_layer.tenants.keys import IssuedKey, NewKey, issue_key


@endpoint(
    "POST",
    "/api/v1/api-keys",
    scope="keys:write",
    status=201,
    idempotency="optional",
    sealed=True,
    emits=("api_key_created",),
)
async def create_api_key(new: NewKey, caller: Caller, unit: Unit) -> IssuedKey:
    return await issue_key(new, caller, unit)
