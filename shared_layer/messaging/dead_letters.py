"""Dead letters: events that a handler could not take, kept with the reason until somebody redrives them.

    open --(redrive)--> redriven --(the handler takes it)--> resolved
     ^---------------------'  the handler gives up again

One whose text is no event cannot be redriven: it becomes unreadable.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import orjson
from pydantic import Field

from shared_layer.core import clock
from shared_layer.core.models import Model, Page, PageQuery
from shared_layer.messaging import inbox
from shared_layer.messaging.message import Message
from shared_layer.messaging.redelivery import DEAD_LETTER, first_hand
from shared_layer.storage.documents import page, tenant_collection, tenant_document
from shared_layer.storage.gcp_clients import publisher
from shared_layer.storage.topics import topic_path

if TYPE_CHECKING:
    from shared_layer.messaging.unit import Unit

Status = Literal["open", "redriven", "resolved", "unreadable"]
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
    status: Status = "open"
    redriven_by: str | None = None
    settled_at: datetime | None = None
    event: dict[str, Any]


class LetterFilter(PageQuery):
    """Which dead letters: of one handler, in one state."""

    handler: Annotated[str, Field(max_length=63)] | None = None
    status: Status | None = None


async def send_to_dead_letters(handler: str, message: Message, reason: str) -> None:
    """Publish the message to the dead-letter topic with the handler's name and the reason."""
    attributes = first_hand(message.attributes) | {
        "dead_letter_handler": handler,
        "dead_letter_reason": reason[:1000],
        "dead_letter_attempts": str(message.delivery_attempt),
    }
    await publisher().publish(topic=topic_path(TOPIC), messages=[{"data": message.data, "attributes": attributes}])


async def keep(message: Message) -> DeadLetter:
    """Store a message of the dead-letter topic under its tenant, once for each handler and event.

    One whose event the handler has had after all (it died between its commit and its answer) is resolved from the
    start: its inbox knows that for some days only, and the letter could be redriven later.
    """
    attributes = message.attributes
    handler = attributes.get("dead_letter_handler") or _subscriber(attributes)
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
        or "deliveries were exhausted while the handler crashed, timed out, or what it needs was away",
        attempts=int(attempts) if attempts.isdigit() else message.delivery_attempt,
        failed_at=clock.utcnow(),
        event=_readable(message.data),
    )
    tenant_id = attributes.get("tenant_id") or NO_TENANT
    if await inbox.taken(tenant_id, handler, event_id):
        letter.status, letter.settled_at = "resolved", letter.failed_at
    await tenant_document(tenant_id, COLLECTION, letter.id).set(letter.model_dump())
    return letter


def _subscriber(attributes: Mapping[str, str]) -> str:
    """The handler from whose subscription, `{handler}.{topic}`, Pub/Sub itself took the message away."""
    subscription = attributes.get("CloudPubSubDeadLetterSourceSubscription", "unknown").rpartition("/")[2]
    slug, ours, _ = subscription.partition(".")
    return slug.replace("-", "_") if ours else subscription


def _readable(data: bytes) -> dict[str, Any]:
    try:
        event = orjson.loads(data)
    except orjson.JSONDecodeError:
        event = None
    return event if isinstance(event, dict) else {"unreadable": data[:10_000].decode("utf-8", "replace")}


async def list_letters(tenant_id: str, wanted: LetterFilter) -> Page[DeadLetter]:
    """The tenant's dead letters, latest first."""
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(tenant_id, COLLECTION)
    for field, value in (("handler", wanted.handler), ("status", wanted.status)):
        if value is not None:
            found = found.where(filter=FieldFilter(field, "==", value))
    return await page(found, DeadLetter, wanted, ["-failed_at"])


def settle(unit: Unit, message: Message) -> None:
    """Stage, beside the handler's effect, that the dead letter which this message redrives is resolved."""
    if letter := message.attributes.get(DEAD_LETTER):
        _resolve(unit, letter)


async def settle_replayed(unit: Unit, handler: str, event_id: str) -> None:
    """Stage, beside the effect of an event that was replayed, that the dead letter which it left once is resolved."""
    letter = f"{handler}:{event_id}"
    if (await tenant_document(unit.tenant_id, COLLECTION, letter).get()).exists:
        _resolve(unit, letter)


def _resolve(unit: Unit, letter: str) -> None:
    settled = {"status": "resolved", "settled_at": clock.utcnow()}
    unit.patch(tenant_document(unit.tenant_id, COLLECTION, letter), settled)
