"""Turn a call that was taken into the events that it means: payments, leads, changes of code. The rest is kept."""

from shared_layer.messaging.events.webhooks import WebhookReceived
from shared_layer.triggers import Envelope, Unit, on_event
from shared_layer.webhooks.meaning import normalise


@on_event(
    ("webhook-service-events",),
    event_types=("webhook_received",),
    emits=("payment_received", "lead_captured", "code_changed"),
)
async def normalise_webhook(call: WebhookReceived, event: Envelope, unit: Unit) -> None:
    await normalise(call, event.timestamp, unit)
