"""Events taken in: each looked at by itself, kept once, and told of to be folded into the journeys."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, WithJsonSchema

from shared_layer.attribution.event import (
    KINDS,
    Event,
    StoredEvent,
    event_document,
    fingerprint,
    stored_id,
)
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.models import Model
from shared_layer.messaging.events.attribution import AttributionEventsReceived
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot
from shared_layer.storage.gcp_clients import firestore

MOST: Final = 500
FOLDED_AT_ONCE: Final = 50
KEPT: Final = timedelta(days=400)
"""How long an id is known: longer than the longest window that a conversion looks back over."""

_REST: Final = {"type": "object", "description": "Anything else is taken with the others, and answered as invalid."}
_SHAPES: Final = {"anyOf": [*(TypeAdapter(kind).json_schema() for kind in KINDS.values()), _REST]}
Told = Annotated[dict[str, Any], WithJsonSchema(_SHAPES)]


class AttributionBatch(Model):
    """Up to 500 touches, conversions, refunds and spends, in any order. One that is wrong keeps no other back."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "events": [
                        {
                            "type": "touch",
                            "event_id": "visit-1",
                            "at": "2026-11-01T10:00:00Z",
                            "anonymous_id": "cookie-1",
                            "url": "https://shop.example/?utm_source=google&utm_medium=cpc",
                        }
                    ]
                }
            ]
        }
    )

    events: Annotated[list[Told], Field(min_length=1, max_length=MOST)]


class AttributionItemResult(Model):
    """What became of one event: `accepted`; `duplicate`, which says the same as one that is known; `conflict`, whose id
    is known with another content, and which was not taken; `invalid`."""

    index: int
    event_id: str | None
    result: Literal["accepted", "duplicate", "conflict", "invalid"]
    detail: str | None = None


class AttributionBatchResult(Model):
    """What became of each event, in the order given. The accepted ones are in the reports a moment later."""

    items: list[AttributionItemResult]
    counts: dict[str, int]


async def receive(batch: AttributionBatch, caller: Caller, unit: Unit) -> AttributionBatchResult:
    """Stage the events that are new, and the events that tell of them, 50 at once."""
    results, read = _read(batch)
    known = await _known(caller.tenant_id, read)
    taken: dict[str, StoredEvent] = {}
    for index, event in read.items():
        results[index] = _result(index, event, known | taken)
        if results[index].result == "accepted":
            stored = _stored(event)
            taken[stored.id] = stored
            unit.create(event_document(caller.tenant_id, stored.id), stored.model_dump())
    ids = sorted(taken, key=lambda one: _order(taken[one]))
    for start in range(0, len(ids), FOLDED_AT_ONCE):
        unit.emit(AttributionEventsReceived(received=ids[start : start + FOLDED_AT_ONCE]))
    items = [results[index] for index in sorted(results)]
    return AttributionBatchResult(items=items, counts=dict(Counter(item.result for item in items)))


def _order(stored: StoredEvent) -> tuple[str, str, str]:
    """A person's events beside each other, so that two handlers seldom write one journey at once."""
    data = stored.data
    return str(data.get("anonymous_id") or ""), str(data.get("email") or ""), str(data.get("contact_id") or "")


def _read(batch: AttributionBatch) -> tuple[dict[int, AttributionItemResult], dict[int, Event]]:
    results: dict[int, AttributionItemResult] = {}
    read: dict[int, Event] = {}
    for index, told in enumerate(batch.events):
        named = told.get("event_id")
        event_id = named[:200] if isinstance(named, str) else None
        kind = KINDS.get(str(told.get("type")))
        if kind is None:
            detail = f"type is one of {', '.join(KINDS)}"
            results[index] = AttributionItemResult(index=index, event_id=event_id, result="invalid", detail=detail)
            continue
        try:
            read[index] = kind.model_validate(told)
        except ValidationError as error:
            detail = "; ".join(
                f"{'.'.join(str(part) for part in one['loc']) or 'event'}: {one['msg']}" for one in error.errors()[:5]
            )
            results[index] = AttributionItemResult(index=index, event_id=event_id, result="invalid", detail=detail)
    return results, read


async def _known(tenant_id: str, read: dict[int, Event]) -> dict[str, StoredEvent]:
    references = [event_document(tenant_id, one) for one in {_id_of(event) for event in read.values()}]
    if not references:
        return {}
    found = [one async for one in firestore().get_all(references) if one.exists]
    return {snapshot.id: from_snapshot(snapshot, StoredEvent) for snapshot in found}


def _id_of(event: Event) -> str:
    return stored_id("event", event.event_id)


def _result(index: int, event: Event, known: dict[str, StoredEvent]) -> AttributionItemResult:
    before = known.get(_id_of(event))
    if before is None:
        return AttributionItemResult(index=index, event_id=event.event_id, result="accepted")
    if before.fingerprint == fingerprint(event):
        return AttributionItemResult(index=index, event_id=event.event_id, result="duplicate")
    detail = "This event_id came before with another content, which stays. Send a correction under an id of its own."
    return AttributionItemResult(index=index, event_id=event.event_id, result="conflict", detail=detail)


def _stored(event: Event) -> StoredEvent:
    moment = clock.utcnow()
    return StoredEvent(
        id=_id_of(event),
        type=event.type,
        data=event.model_dump(mode="json"),
        email=getattr(event, "email", None),
        contact_id=getattr(event, "contact_id", None),
        fingerprint=fingerprint(event),
        received_at=moment,
        expires_at=moment + KEPT,
    )
