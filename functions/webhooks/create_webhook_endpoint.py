"""Create an endpoint that events are sent to: its secret is shown this once."""

from shared_layer.front_door import Caller, Resources, Unit, endpoint
from shared_layer.webhooks import endpoints
from shared_layer.webhooks.endpoint import IssuedEndpoint, NewEndpoint


@endpoint(
    "POST",
    "/api/v1/webhook-endpoints",
    scope="webhooks:write",
    status=201,
    idempotency="optional",
    sealed=True,
    emits=("webhook_endpoint_changed",),
    resources=Resources(secrets=("xynergy-seal-key",)),
)
async def create_webhook_endpoint(new: NewEndpoint, caller: Caller, unit: Unit) -> IssuedEndpoint:
    return await endpoints.create_endpoint(new, caller, unit)
