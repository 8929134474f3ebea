"""The tenant's events by their numbers in the audit chain: where the chain is, and what follows a number."""

from __future__ import annotations

from typing import Final

from shared_layer.core.errors import ValidationFailed
from shared_layer.governance.chain import head_document, record_collection
from shared_layer.live.entry import Entry
from shared_layer.messaging.envelope import Envelope
from shared_layer.messaging.event_store import COLLECTION, RecordedEvent
from shared_layer.storage.documents import DOCUMENT_ID, from_snapshot, tenant_document
from shared_layer.storage.gcp_clients import firestore

READ_AT_ONCE: Final = 100


async def head_of(tenant_id: str) -> int:
    """The number of the tenant's last event; 0 before the first."""
    found = (await head_document(tenant_id).get()).to_dict()
    return int(found["seq"]) if found else 0


async def read_after(tenant_id: str, seq: int) -> list[Entry]:
    """Up to 100 events that follow number `seq`, in order; what was erased meanwhile keeps its number, without data."""
    from google.cloud.firestore import FieldFilter

    following = record_collection(tenant_id).where(filter=FieldFilter("seq", ">", seq)).order_by("seq")
    stream = following.select(["seq", "action"]).limit(READ_AT_ONCE).stream()
    records = [(record.get("seq"), record.id, record.get("action")) async for record in stream]
    if not records:
        return []
    numbers = {event_id: number for number, event_id, _ in records}
    references = [tenant_document(tenant_id, COLLECTION, event_id) for event_id in numbers]
    found = {
        snapshot.id: encoded(numbers[snapshot.id], from_snapshot(snapshot, RecordedEvent))
        async for snapshot in firestore().get_all(references)
        if snapshot.exists
    }
    return [Entry(number, action, found.get(event_id, b"")) for number, event_id, action in records]


def encoded(seq: int, event: Envelope) -> bytes:
    """The envelope as JSON, with its number before it."""
    return b'{"seq":%d,' % seq + event.model_dump_json().encode()[1:]


async def number_of(tenant_id: str, last: str) -> int:
    """The number that `last` names: itself, or the id of an event. Raises ValidationFailed where there is none."""
    if last.isascii() and last.isdigit() and len(last) < 16:
        return int(last)
    if DOCUMENT_ID.fullmatch(last):
        record = await record_collection(tenant_id).document(last).get()
        if record.exists:
            return int(record.get("seq"))
    raise ValidationFailed(
        "`after` names no event of yours. Leave it out to begin now, or send 0 to begin at the first."
    )
