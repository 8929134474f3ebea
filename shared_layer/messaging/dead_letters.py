"""Dead letters: events that a handler could not take, kept with the reason until somebody redrives them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import orjson

from shared_layer.core import clock
from shared_layer.core.models import Model, Page, PageQuery
from shared_layer.messaging.message import Message
from shared_layer.storage.documents import page, tenant_collection, tenant_document
from shared_layer.storage.gcp_clients import publisher
from shared_layer.storage.topics import topic_path

TOPIC: Final = "dead-letters"
COLLECTION: Final = "dead_letters"
NO_TENANT: Final = "platform"


class DeadLetter(Model):
    """An event that `handler` gave up on after `attempts`. `event` is the envelope, or the raw text if unreadable."""

    id: str
    handler: str
    event_id: str
    event_type: str
    reason: str
    attempts: int
    failed_at: datetime
    status: str = "open"
    event: dict[str, Any]


async def send_to_dead_letters(handler: str, message: Message, reason: str) -> None:
    """Publish the message to the dead-letter topic with the handler's name and the reason."""
    attributes = dict(message.attributes) | {
        "dead_letter_handler": handler,
        "dead_letter_reason": reason[:1000],
        "dead_letter_attempts": str(message.delivery_attempt),
    }
    await publisher().publish(topic=topic_path(TOPIC), messages=[{"data": message.data, "attributes": attributes}])


async def keep(message: Message) -> DeadLetter:
    """Store a message of the dead-letter topic under its tenant, once for each handler and event."""
    attributes = message.attributes
    subscription = attributes.get("CloudPubSubDeadLetterSourceSubscription", "unknown").rpartition("/")[2]
    handler = attributes.get("dead_letter_handler") or subscription
    event_id = attributes.get("event_id") or message.message_id
    attempts = attributes.get("dead_letter_attempts") or attributes.get(
        "CloudPubSubDeadLetterSourceDeliveryCount", str(message.delivery_attempt)
    )
    letter = DeadLetter(
        id=f"{handler}:{event_id}",
        handler=handler,
        event_id=event_id,
        event_type=attributes.get("event_type", "unknown"),
        reason=attributes.get("dead_letter_reason")
        or "deliveries were exhausted without an answer (crash or time-out)",
        attempts=int(attempts) if attempts.isdigit() else message.delivery_attempt,
        failed_at=clock.utcnow(),
        event=_readable(message.data),
    )
    tenant_id = attributes.get("tenant_id") or NO_TENANT
    await tenant_document(tenant_id, COLLECTION, letter.id).set(letter.model_dump())
    return letter


def _readable(data: bytes) -> dict[str, Any]:
    try:
        event = orjson.loads(data)
    except orjson.JSONDecodeError:
        event = None
    return event if isinstance(event, dict) else {"unreadable": data[:10_000].decode("utf-8", "replace")}


async def list_letters(tenant_id: str, paging: PageQuery) -> Page[DeadLetter]:
    """The tenant's dead letters, latest first."""
    return await page(tenant_collection(tenant_id, COLLECTION), DeadLetter, paging, ["-failed_at"])
