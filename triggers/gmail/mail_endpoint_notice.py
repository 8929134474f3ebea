"""Mail the owner of a webhook endpoint that was switched off after days of failing."""

from shared_layer.gmail import notices
from shared_layer.messaging.events.webhooks import WebhookEndpointDisabled
from shared_layer.triggers import Unit, on_event


@on_event(("webhook-service-events",), event_types=("webhook_endpoint_disabled",), emits=("gmail_message_due",))
async def mail_endpoint_notice(told: WebhookEndpointDisabled, unit: Unit) -> None:
    await notices.endpoint_disabled(told, unit)
