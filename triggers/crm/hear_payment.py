"""Put a payment or a refund on the timeline of who paid, once for each payment id."""

from shared_layer.crm import hearing
from shared_layer.messaging.events.webhooks import PaymentReceived
from shared_layer.triggers import Unit, on_event

HEARD = ("contact_created", "contact_updated", "contacts_merged", "interaction_recorded")


@on_event(("webhook-service-events",), event_types=("payment_received",), max_attempts=20, emits=HEARD)
async def hear_payment(payment: PaymentReceived, unit: Unit) -> None:
    await hearing.hear_payment(payment, unit)
