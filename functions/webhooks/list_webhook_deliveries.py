"""List the deliveries to an endpoint, latest first, each attempt with what was sent and answered."""

from shared_layer.front_door import Caller, Id, Page, endpoint
from shared_layer.webhooks import deliveries
from shared_layer.webhooks.delivery import Delivery, DeliveryFilter


@endpoint("GET", "/api/v1/webhook-endpoints/{endpoint_id}/deliveries", scope="webhooks:read")
async def list_webhook_deliveries(endpoint_id: Id, query: DeliveryFilter, caller: Caller) -> Page[Delivery]:
    return await deliveries.list_deliveries(endpoint_id, query, caller)
