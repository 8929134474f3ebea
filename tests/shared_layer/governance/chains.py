"""Chains for tests: built by the functions that the platform builds them with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from shared_layer.governance.commitment import committed
from shared_layer.governance.record import FIRST_PREVIOUS, record_of, written_at
from shared_layer.messaging.envelope import Envelope, EventMetadata

START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
SALT = bytes(range(32))


def envelope(number: int, payload: dict[str, Any] | None = None, tenant_id: str = "acme") -> Envelope:
    return Envelope(
        event_type="campaign_created",
        event_id=f"event-{number}",
        timestamp=START + timedelta(seconds=number),
        tenant_id=tenant_id,
        source_service="marketing-engine",
        schema_version=1,
        payload=payload or {"campaign_id": f"cmp_{number}", "data": {"name": f"Sale {number}"}},
        metadata=EventMetadata(correlation_id=f"req_{number}"),
    )


def chain(length: int) -> list[dict[str, Any]]:
    """Records 1 to `length` as they are stored."""
    records: list[dict[str, Any]] = []
    for number in range(1, length + 1):
        previous = records[-1]["hash"] if records else FIRST_PREVIOUS
        event = envelope(number)
        at = written_at(START + timedelta(seconds=number))
        records.append(record_of(event, committed(event.payload, SALT), number, previous, at).model_dump())
    return records
