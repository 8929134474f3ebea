"""The calls that were taken: a record each, which is also what a second delivery of the same event meets."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import Field

from shared_layer.core.caller import Caller
from shared_layer.core.models import Entity, Page, PageQuery, empty_list
from shared_layer.storage.documents import page, tenant_collection
from shared_layer.webhooks.signatures import Provider

COLLECTION: Final = "webhooks_received"
KEPT: Final = timedelta(days=400)
"""Longer than anybody delivers again; GitHub signs no time, so that a record is all that tells a replay."""

State = Literal["received", "handled", "kept"]


class ReceivedWebhook(Entity):
    """A call that was taken. `kept`: it means nothing to the platform (yet); its body stays in its event.

    `event_id` is the `webhook_received` event, `events` are the types that it became.
    """

    id: str
    source_id: str
    provider: Provider
    provider_event_id: str
    provider_event_type: str
    state: State = "received"
    event_id: str
    events: list[str] = Field(default_factory=empty_list)
    expires_at: datetime


class ReceivedFilter(PageQuery):
    """Which calls to list."""

    state: State | None = None
    provider: Provider | None = None
    source_id: Annotated[str, Field(max_length=128)] | None = None


def record_id(source_id: str, identity: str) -> str:
    """The record's id: one for each event of a source."""
    return "whr_" + hashlib.sha256(f"{source_id}\n{identity}".encode("utf-8", "surrogateescape")).hexdigest()[:40]


async def list_received(query: ReceivedFilter, caller: Caller) -> Page[ReceivedWebhook]:
    """The calls that were taken, latest first."""
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(caller.tenant_id, COLLECTION)
    for field in ("state", "provider", "source_id"):
        if (value := getattr(query, field)) is not None:
            found = found.where(filter=FieldFilter(field, "==", value))
    return await page(found, ReceivedWebhook, query, ["-created_at"])
