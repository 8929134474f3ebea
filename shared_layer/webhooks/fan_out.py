"""An event on its way out: one delivery for each endpoint that asked for it, staged with the word that it is due."""

from __future__ import annotations

from shared_layer.core import clock
from shared_layer.messaging.envelope import Envelope
from shared_layer.messaging.events.webhooks import WebhookDeliveryDue
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_document
from shared_layer.webhooks.deliverable import is_deliverable
from shared_layer.webhooks.delivery import COLLECTION, KEPT, StoredDelivery
from shared_layer.webhooks.subscribed import endpoints_for


async def fan_out(event: Envelope, unit: Unit) -> None:
    """Stage the deliveries of an event; a tenant without endpoints costs two commands of Redis."""
    if not is_deliverable(event.event_type):
        return
    for endpoint_id in await endpoints_for(event.tenant_id, event.event_type):
        stage_event_delivery(endpoint_id, event, unit)


def stage_event_delivery(endpoint_id: str, event: Envelope, unit: Unit) -> None:
    """Stage the delivery of an event to one endpoint: there is one of each."""
    moment = clock.utcnow()
    delivery = StoredDelivery(
        id=f"{endpoint_id}_{event.event_id}",
        endpoint_id=endpoint_id,
        message_id=event.event_id,
        event_type=event.event_type,
        event_id=event.event_id,
        expires_at=moment + KEPT,
        created_at=moment,
        updated_at=moment,
    )
    stage_delivery(delivery, unit)


def stage_delivery(delivery: StoredDelivery, unit: Unit) -> None:
    """Stage a new delivery and its first attempt."""
    unit.create(tenant_document(unit.tenant_id, COLLECTION, delivery.id), delivery.model_dump())
    unit.emit(WebhookDeliveryDue(endpoint_id=delivery.endpoint_id, delivery_id=delivery.id, attempt=delivery.attempt))
