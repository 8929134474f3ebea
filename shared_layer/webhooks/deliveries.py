"""A tenant's deliveries: listed with their evidence, sent again, or sent as a test."""

from __future__ import annotations

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import NotFound
from shared_layer.core.ids import new_id
from shared_layer.core.models import Page
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import page, read, tenant_collection, tenant_document
from shared_layer.webhooks.deliverable import TEST_EVENT
from shared_layer.webhooks.delivery import COLLECTION, KEPT, Delivery, DeliveryFilter, StoredDelivery
from shared_layer.webhooks.endpoints import own_endpoint
from shared_layer.webhooks.fan_out import stage_delivery


async def list_deliveries(endpoint_id: str, query: DeliveryFilter, caller: Caller) -> Page[Delivery]:
    """The deliveries to an endpoint, latest first. Raises NotFound."""
    from google.cloud.firestore import FieldFilter

    await own_endpoint(endpoint_id, caller)
    found = tenant_collection(caller.tenant_id, COLLECTION).where(filter=FieldFilter("endpoint_id", "==", endpoint_id))
    if query.state:
        found = found.where(filter=FieldFilter("state", "==", query.state))
    return await page(found, Delivery, query, ["-created_at"])


async def replay_delivery(endpoint_id: str, delivery_id: str, caller: Caller, unit: Unit) -> Delivery:
    """Stage the same message once more, under its own id, signed by the current secret alone. Raises NotFound."""
    await own_endpoint(endpoint_id, caller)
    original = await read(tenant_document(caller.tenant_id, COLLECTION, delivery_id), StoredDelivery)
    if original.endpoint_id != endpoint_id:
        raise NotFound()
    moment = clock.utcnow()
    again = StoredDelivery(
        id=new_id("whd"),
        endpoint_id=endpoint_id,
        message_id=original.message_id,
        event_type=original.event_type,
        event_id=original.event_id,
        test=original.test,
        replay_of=original.id,
        sample=original.sample,
        expires_at=moment + KEPT,
        created_at=moment,
        updated_at=moment,
    )
    stage_delivery(again, unit)
    return _shown(again)


async def send_test(endpoint_id: str, caller: Caller, unit: Unit) -> Delivery:
    """Stage a test message to an endpoint, which may be disabled. Raises NotFound."""
    endpoint = await own_endpoint(endpoint_id, caller)
    moment = clock.utcnow()
    test = StoredDelivery(
        id=new_id("whd"),
        endpoint_id=endpoint_id,
        message_id=new_id("msg"),
        event_type=TEST_EVENT,
        test=True,
        sample={
            "message": "A test from Xynergy.",
            "event_types": endpoint.event_types,
            "sent_at": moment.isoformat(),
        },
        expires_at=moment + KEPT,
        created_at=moment,
        updated_at=moment,
    )
    stage_delivery(test, unit)
    return _shown(test)


def _shown(stored: StoredDelivery) -> Delivery:
    return Delivery.model_validate(stored.model_dump())
