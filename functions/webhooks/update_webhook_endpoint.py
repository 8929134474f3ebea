"""Change an endpoint: its address, its event types, who is told; switch it off and on again."""

from shared_layer.front_door import Caller, Id, IfMatch, Unit, endpoint
from shared_layer.webhooks import endpoints
from shared_layer.webhooks.endpoint import Endpoint, EndpointChanges


@endpoint(
    "PATCH",
    "/api/v1/webhook-endpoints/{endpoint_id}",
    scope="webhooks:write",
    emits=("webhook_endpoint_changed",),
)
async def update_webhook_endpoint(
    endpoint_id: Id, changes: EndpointChanges, version: IfMatch, caller: Caller, unit: Unit
) -> Endpoint:
    return await endpoints.update_endpoint(endpoint_id, changes, version, caller, unit)
