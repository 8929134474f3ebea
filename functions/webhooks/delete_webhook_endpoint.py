"""Delete an endpoint: what waits for it is dropped."""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.webhooks import endpoints


@endpoint(
    "DELETE",
    "/api/v1/webhook-endpoints/{endpoint_id}",
    scope="webhooks:write",
    status=204,
    emits=("webhook_endpoint_changed",),
)
async def delete_webhook_endpoint(endpoint_id: Id, caller: Caller, unit: Unit) -> None:
    await endpoints.delete_endpoint(endpoint_id, caller, unit)
