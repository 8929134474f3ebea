"""The outbox: events written with their entities, published by the relay, or after a crash by the sweeper."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from shared_layer.core import clock
from shared_layer.core.logs import log_exception
from shared_layer.messaging.envelope import Envelope
from shared_layer.storage.documents import tenant_document
from shared_layer.storage.gcp_clients import firestore, publisher
from shared_layer.storage.topics import topic_path

SWEPT_AFTER: Final = timedelta(seconds=4)
SWEPT_AT_ONCE: Final = 500
_TOGETHER: Final = 20


async def relay(fields: Mapping[str, Any]) -> Envelope:
    """Publish a stored event to its service's topic, then mark it. Twice is harmless: handlers have inboxes."""
    envelope = envelope_of(fields)
    message = {"data": envelope.model_dump_json().encode(), "attributes": envelope.attributes()}
    await publisher().publish(topic=topic_path(f"{envelope.source_service}-events"), messages=[message])
    document = tenant_document(envelope.tenant_id, "events", envelope.event_id)
    await document.update({"relayed_at": clock.utcnow()})
    return envelope


async def sweep() -> int:
    """Relay what has waited longer than 4 s, oldest first, up to 500 events; answers how many.

    One that cannot be relayed is logged, keeps nobody else back, and is tried again by the next sweep.
    """
    from google.cloud.firestore import FieldFilter

    waiting = (
        firestore()
        .collection_group("events")
        .where(filter=FieldFilter("relayed_at", "==", None))
        .where(filter=FieldFilter("timestamp", "<", clock.utcnow() - SWEPT_AFTER))
        .order_by("timestamp")
        .limit(SWEPT_AT_ONCE)
    )
    found = [snapshot.to_dict() or {} async for snapshot in waiting.stream()]
    swept = 0
    for start in range(0, len(found), _TOGETHER):
        together = [relay(fields) for fields in found[start : start + _TOGETHER]]
        outcomes = await asyncio.gather(*together, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                log_exception("event_not_relayed", outcome)
        swept += sum(isinstance(outcome, Envelope) for outcome in outcomes)
    return swept


def envelope_of(fields: Mapping[str, Any]) -> Envelope:
    """The envelope inside an event's document."""
    return Envelope.model_validate({name: value for name, value in fields.items() if name != "relayed_at"})
