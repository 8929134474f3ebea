"""Get one endpoint with how it fares."""

from shared_layer.front_door import Caller, Id, endpoint
from shared_layer.webhooks import endpoints
from shared_layer.webhooks.endpoint import Endpoint


@endpoint("GET", "/api/v1/webhook-endpoints/{endpoint_id}", scope="webhooks:read")
async def get_webhook_endpoint(endpoint_id: Id, caller: Caller) -> Endpoint:
    return await endpoints.get_endpoint(endpoint_id, caller)
