"""From a call that was taken to the events of the platform that it means: each staged once, the rest kept."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Final

from shared_layer.core import clock
from shared_layer.messaging.events.webhooks import PaymentReceived, WebhookReceived
from shared_layer.messaging.registry import EventPayload
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_document
from shared_layer.webhooks.body import original
from shared_layer.webhooks.normalising.form import lead_of
from shared_layer.webhooks.normalising.github import change_of
from shared_layer.webhooks.normalising.stripe import payment_of
from shared_layer.webhooks.received import COLLECTION
from shared_layer.webhooks.source import COLLECTION as SOURCES

PAYMENTS: Final = "webhook_payments"


async def normalise(call: WebhookReceived, received_at: datetime, unit: Unit) -> None:
    """Stage what a call means, and note on its record what became of it."""
    record = tenant_document(unit.tenant_id, COLLECTION, call.webhook_id)
    found = await record.get()
    event = await _meaning(call, original(call.data), received_at, found.to_dict() or {}, unit)
    known = isinstance(event, PaymentReceived) and not await _is_news(event, unit)
    if event is not None and not known:
        unit.emit(event)
    if found.exists:
        events = [event.event_type] if event and not known else []
        unit.patch(record, {"state": "handled" if event else "kept", "events": events, "updated_at": clock.utcnow()})


async def _meaning(
    call: WebhookReceived, body: dict[str, Any], received_at: datetime, record: dict[str, Any], unit: Unit
) -> EventPayload | None:
    match call.provider:
        case "stripe":
            return payment_of(body, received_at)
        case "github":
            return change_of(call.provider_event_type, body, received_at)
        case "form":
            source = await tenant_document(unit.tenant_id, SOURCES, str(record.get("source_id") or "none")).get()
            name = (source.to_dict() or {}).get("name") or "form"
            return lead_of(call.webhook_id, body, name, received_at)
    return None


async def _is_news(payment: PaymentReceived, unit: Unit) -> bool:
    """Whether this payment was not told of yet, or now for the first time with who paid; noted either way."""
    named = hashlib.sha256(f"{payment.provider}\n{payment.payment_id}".encode()).hexdigest()[:40]
    reference = tenant_document(unit.tenant_id, PAYMENTS, f"pay_{named}")
    known = {"with_payer": payment.customer_email is not None, "told_at": clock.utcnow()}
    found = await reference.get()
    if not found.exists:
        unit.create(reference, known | {"payment_id": payment.payment_id, "provider": payment.provider})
        return True
    if known["with_payer"] and not found.get("with_payer"):
        unit.patch_unchanged(reference, known, found.update_time)
        return True
    return False
