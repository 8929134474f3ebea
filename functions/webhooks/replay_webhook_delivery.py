"""Send a delivery's message once more: under the same id, signed by the current secret.

It is tried once, and says nothing of the endpoint's health.
"""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.webhooks import deliveries
from shared_layer.webhooks.delivery import Delivery


@endpoint(
    "POST",
    "/api/v1/webhook-endpoints/{endpoint_id}/deliveries/{delivery_id}:replay",
    scope="webhooks:write",
    status=202,
    idempotency="optional",
    emits=("webhook_delivery_due",),
)
async def replay_webhook_delivery(endpoint_id: Id, delivery_id: Id, caller: Caller, unit: Unit) -> Delivery:
    return await deliveries.replay_delivery(endpoint_id, delivery_id, caller, unit)
