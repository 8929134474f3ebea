"""Events on their way to the warehouse: one row each, with the event's id as insert id."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from shared_layer.core import clock, json
from shared_layer.messaging.envelope import Envelope
from shared_layer.storage import freshness
from shared_layer.storage.row_batches import RowBatches
from shared_layer.storage.warehouse import EVENTS

_BATCHES: Final = RowBatches(EVENTS)
_NOTHING_LEFT: Final = "tenant_erased"
"""After it there is no cache to be refreshed, and nothing in Redis is to name the tenant."""


async def sync_event(event: Envelope) -> None:
    """Write the event's row, then tell that the tenant's warehouse has moved on. Twice is harmless.

    Raises RowRefused, or what BigQuery's client raises.
    """
    await _BATCHES.insert(row_of(event, clock.utcnow()), event.event_id)
    if event.event_type != _NOTHING_LEFT:
        await freshness.advance(event.tenant_id, max(0.0, clock.now() - event.timestamp.timestamp()))


def row_of(event: Envelope, moment: datetime) -> dict[str, Any]:
    """The event as a row of `xynergy_analytics.events`, synced at `moment`."""
    return {
        "event_id": event.event_id,
        "event_type": event.event_type,
        "timestamp": event.timestamp.isoformat(),
        "tenant_id": event.tenant_id,
        "source_service": event.source_service,
        "schema_version": event.schema_version,
        "status": status_of(event.payload),
        "correlation_id": event.metadata.correlation_id,
        "causation_id": event.metadata.causation_id,
        "payload": json.dumps(event.payload).decode(),
        "synced_at": moment.isoformat(),
    }


def status_of(payload: dict[str, Any]) -> str | None:
    """The status that the event gave its subject: the payload's own, or that of the data it carries."""
    data = payload.get("data")
    for place in (payload, data if isinstance(data, dict) else {}):
        if isinstance(place.get("status"), str):
            return str(place["status"])
    return None
