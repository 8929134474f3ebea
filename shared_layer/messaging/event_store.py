"""The event store: a tenant's events as they were committed, newest first, filtered and paged."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from pydantic import AwareDatetime, ConfigDict, Field, model_validator

from shared_layer.core.ids import Id
from shared_layer.core.models import Page, PageQuery
from shared_layer.messaging.envelope import Envelope
from shared_layer.storage.documents import from_snapshot, page, read, tenant_collection, tenant_document

COLLECTION: Final = "events"


class RecordedEvent(Envelope):
    """An event as it was committed, with the payload of its `schema_version`."""

    model_config = ConfigDict(extra="ignore")  # beside the envelope the store keeps when it was relayed


class EventFilter(PageQuery):
    """Which events: of one type, of one request, from `since` (included) to `until` (left out)."""

    event_type: Annotated[str, Field(max_length=128)] | None = None
    correlation_id: Annotated[str, Field(max_length=128)] | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None

    @model_validator(mode="after")
    def _in_order(self) -> EventFilter:
        if self.since and self.until and self.since >= self.until:
            raise ValueError("since must come before until")
        return self


async def list_recorded(tenant_id: str, wanted: EventFilter) -> Page[RecordedEvent]:
    """The tenant's events, newest first; an event is there as soon as its command is committed."""
    from google.cloud.firestore import FieldFilter

    conditions = [
        ("event_type", "==", wanted.event_type),
        ("metadata.correlation_id", "==", wanted.correlation_id),
        ("timestamp", ">=", wanted.since),
        ("timestamp", "<", wanted.until),
    ]
    found = tenant_collection(tenant_id, COLLECTION)
    for field, operator, value in conditions:
        if value is not None:
            found = found.where(filter=FieldFilter(field, operator, value))
    return await page(found, RecordedEvent, wanted, ["-timestamp"])


async def read_recorded(tenant_id: str, event_id: Id) -> RecordedEvent:
    """One event of the tenant. Raises NotFound."""
    return await read(tenant_document(tenant_id, COLLECTION, event_id), RecordedEvent)


async def recorded_since(tenant_id: str, since: datetime, limit: int) -> list[RecordedEvent]:
    """Up to `limit` of the tenant's events from `since` on, oldest first."""
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(tenant_id, COLLECTION).where(filter=FieldFilter("timestamp", ">=", since))
    stream = found.order_by("timestamp").limit(limit).stream()
    return [from_snapshot(snapshot, RecordedEvent) async for snapshot in stream]
