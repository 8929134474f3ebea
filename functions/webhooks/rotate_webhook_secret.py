"""Give an endpoint a new secret: for a day (or as long as is asked) the old one signs beside it."""

from shared_layer.front_door import Caller, Id, Resources, Unit, endpoint
from shared_layer.webhooks import endpoints
from shared_layer.webhooks.endpoint import IssuedEndpoint, SecretRotation


@endpoint(
    "POST",
    "/api/v1/webhook-endpoints/{endpoint_id}:rotate-secret",
    scope="webhooks:write",
    idempotency="optional",
    sealed=True,
    emits=("webhook_endpoint_changed",),
    resources=Resources(secrets=("xynergy-seal-key",)),
)
async def rotate_webhook_secret(
    endpoint_id: Id, rotation: SecretRotation, caller: Caller, unit: Unit
) -> IssuedEndpoint:
    return await endpoints.rotate_secret(endpoint_id, rotation, caller, unit)
