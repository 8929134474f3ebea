"""Publish each new event of the outbox to its service's topic."""

from shared_layer.messaging.outbox import relay
from shared_layer.triggers import DocumentChange, on_document


@on_document("tenants/{tenant_id}/events/{event_id}", change="created")
async def relay_event(change: DocumentChange) -> None:
    await relay(change.fields or {})
