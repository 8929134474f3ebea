"""Send a test message to an endpoint; the delivery shows what came of it, and the endpoint's health stays as it is."""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.webhooks import deliveries
from shared_layer.webhooks.delivery import Delivery


@endpoint(
    "POST",
    "/api/v1/webhook-endpoints/{endpoint_id}:test",
    scope="webhooks:write",
    status=202,
    idempotency="optional",
    emits=("webhook_delivery_due",),
)
async def test_webhook_endpoint(endpoint_id: Id, caller: Caller, unit: Unit) -> Delivery:
    return await deliveries.send_test(endpoint_id, caller, unit)
