"""A record of the audit chain: what happened, without anything personal in it, hashed with the record before it.

hash = SHA-256 over the RFC 8785 canonical JSON of everything else in the record, `prev_hash` included. The chain thus
says the same as long as every record stays as it is, where it is.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import ConfigDict

from shared_layer.core.models import Model
from shared_layer.messaging.envelope import Envelope

FIRST_PREVIOUS: Final = "0" * 64
"""`prev_hash` of the first record of a chain."""

LARGEST_INTEGER: Final = 2**53 - 1


class AuditRecord(Model):
    """One event in the tenant's chain.

    `facts` are the event's payload, each personal value replaced by `{"commitment": "<hex>"}`; times are RFC 3339 in
    UTC with microseconds, so that they sort as text.
    """

    model_config = ConfigDict(extra="ignore")

    seq: int
    prev_hash: str
    recorded_at: str
    event_id: str
    action: str
    actor: str
    resource: str
    occurred_at: str
    tenant_id: str
    source_service: str
    schema_version: int
    correlation_id: str
    causation_id: str | None
    facts: dict[str, Any]
    hash: str = ""


def digest(value: Any) -> str:
    """SHA-256, in hex, of a value's RFC 8785 form. Integers beyond 2^53 are hashed as their decimal text."""
    import rfc8785

    return hashlib.sha256(rfc8785.dumps(_exact(value))).hexdigest()


def _exact(value: Any) -> Any:
    """The value with integers that no double holds as texts: RFC 8785 (section 6) has numbers as doubles."""
    if isinstance(value, dict):
        return {name: _exact(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(item) for item in value]
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        return str(value)
    return value


def written_at(moment: datetime) -> str:
    """An aware moment as RFC 3339 in UTC, always with microseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def record_of(envelope: Envelope, facts: dict[str, Any], seq: int, prev_hash: str, recorded_at: str) -> AuditRecord:
    """The record of an event as number `seq`, after the record with `prev_hash`."""
    record = AuditRecord(
        seq=seq,
        prev_hash=prev_hash,
        recorded_at=recorded_at,
        event_id=envelope.event_id,
        action=envelope.event_type,
        actor=actor_of(envelope),
        resource=resource_of(envelope, facts),
        occurred_at=written_at(envelope.timestamp),
        tenant_id=envelope.tenant_id,
        source_service=envelope.source_service,
        schema_version=envelope.schema_version,
        correlation_id=envelope.metadata.correlation_id,
        causation_id=envelope.metadata.causation_id,
        facts=facts,
    )
    record.hash = digest(record.model_dump(exclude={"hash"}))
    return record


def actor_of(envelope: Envelope) -> str:
    """The credential that began it, where one did; else the service that staged the event (a schedule's tick)."""
    told = envelope.payload.get("actor")
    return (told if isinstance(told, str) else None) or envelope.metadata.actor or f"service:{envelope.source_service}"


def resource_of(envelope: Envelope, facts: dict[str, Any]) -> str:
    """`campaign/cmp_…`: the first `…_id` of the facts names what the event is about; else it is the tenant.

    A personal id (a contact's) is told by its commitment, as among the facts.
    """
    for name, value in facts.items():
        if name.endswith("_id") and isinstance(value, str):
            return f"{name.removesuffix('_id')}/{value}"
        if name.endswith("_id") and isinstance(value, dict) and "commitment" in value:
            return f"{name.removesuffix('_id')}/{value['commitment']}"
    return f"tenant/{envelope.tenant_id}"
