"""Publish each new event of the outbox to its service's topic."""

from shared_layer.front_door import DocumentChange, on_document
from shared_layer.messaging.outbox import relay


@on_document("tenants/{tenant_id}/events/{event_id}", change="created")
async def relay_event(change: DocumentChange) -> None:
    await relay(change.fields or {})
