"""The inbox: a handler's record of the events it has taken, written in the same commit as their effect."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from shared_layer.core import clock
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

    from shared_layer.messaging.unit import Unit

KEPT: Final = timedelta(days=8)
"""Longer than events can be replayed (7 days)."""


def inbox_document(tenant_id: str, handler: str, event_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/inbox/{handler}:{event}`."""
    return tenant_document(tenant_id, "inbox", f"{handler}:{event_id}")


async def taken(tenant_id: str, handler: str, event_id: str) -> bool:
    """Whether the handler has had this event."""
    return bool((await inbox_document(tenant_id, handler, event_id).get()).exists)


def take(unit: Unit, handler: str, event_id: str) -> None:
    """Stage the record; the commit raises Conflict if another delivery of the same event got there first."""
    moment = clock.utcnow()
    data = {"handler": handler, "event_id": event_id, "taken_at": moment, "expires_at": moment + KEPT}
    unit.create(inbox_document(unit.tenant_id, handler, event_id), data)
