"""Make the attempt that is due to deliver a message to an endpoint: signed, without redirects, to the public internet.

A delivery that finds the attempt at work elsewhere comes again later; that is no failure, so many are allowed.
"""

from shared_layer.messaging.events.webhooks import WebhookDeliveryDue
from shared_layer.triggers import Resources, Unit, on_event
from shared_layer.webhooks.attempting import attempt_delivery


@on_event(
    ("webhook-service-events",),
    event_types=("webhook_delivery_due",),
    max_attempts=100,
    deadline=45,
    emits=("webhook_endpoint_disabled",),
    resources=Resources(secrets=("xynergy-seal-key",)),
)
async def deliver_webhook(due: WebhookDeliveryDue, unit: Unit) -> None:
    await attempt_delivery(due, unit)
