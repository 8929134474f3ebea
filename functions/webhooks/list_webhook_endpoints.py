"""List the endpoints that events are sent to, newest first, with how each fares."""

from shared_layer.front_door import Caller, Page, endpoint
from shared_layer.webhooks import endpoints
from shared_layer.webhooks.endpoint import Endpoint, EndpointFilter


@endpoint("GET", "/api/v1/webhook-endpoints", scope="webhooks:read")
async def list_webhook_endpoints(query: EndpointFilter, caller: Caller) -> Page[Endpoint]:
    return await endpoints.list_endpoints(query, caller)
