"""Record a payment as a conversion of who paid, once for each payment id; a refund takes it back exactly."""

from shared_layer.attribution import hearing
from shared_layer.messaging.events.webhooks import PaymentReceived
from shared_layer.triggers import Unit, on_event


@on_event(
    ("webhook-service-events",), event_types=("payment_received",), contended=True, max_attempts=40, emits=hearing.TOLD
)
async def credit_payment(payment: PaymentReceived, unit: Unit) -> None:
    await hearing.hear_payment(payment, unit)
