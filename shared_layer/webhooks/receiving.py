"""A provider's call: proven by its signature, taken once, acknowledged as soon as its event is committed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from shared_layer.core import clock
from shared_layer.core.errors import Conflict, NotFound, SignatureRefused, TenantSuspended
from shared_layer.core.models import Model
from shared_layer.messaging.events.webhooks import WebhookReceived
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_document
from shared_layer.storage.gcp_clients import firestore
from shared_layer.storage.rates import admit
from shared_layer.webhooks.body import read_body, storable
from shared_layer.webhooks.received import COLLECTION as RECEIVED
from shared_layer.webhooks.received import KEPT, ReceivedWebhook, record_id
from shared_layer.webhooks.secrets import opened
from shared_layer.webhooks.signatures import CHECKS, Provider, standard_header
from shared_layer.webhooks.source import COLLECTION, StoredSource, address_of, purpose_of

BODY_LIMIT: Final = 512 << 10
"""Bytes of a call: its event, with everything around it, must fit into one Firestore document (1 MiB)."""

CALLS_A_MINUTE: Final = 600
"""What one address takes: ten a second for good, six hundred at once. Providers send again what is told 429."""

_TEXT: Final = 200
_FORM_IDS: Final = ("submission_id", "event_id", "id")


class WebhookReceipt(Model):
    """What the provider is told."""

    webhook_id: str
    duplicate: bool = False


async def receive(
    provider: Provider, token: str, raw: bytes, headers: Mapping[str, str], outer: Unit
) -> WebhookReceipt:
    """Take a call: commit its record and its event, or find that it was taken before.

    An address is counted before anything is read for it: who does not know it whole cannot use up its rate. Raises
    NotFound for an address that is none, RateLimited, SignatureRefused, TenantSuspended, MalformedJson.
    """
    await admit("webhooks", token, CALLS_A_MINUTE)
    tenant_id, source = await _source(provider, token)
    outer.context.tenant_id = tenant_id
    secrets = opened(source.secrets, purpose_of(tenant_id, source.id))
    if not secrets:
        raise SignatureRefused("This source has no secret yet. Set the provider's with :rotate.")
    CHECKS[provider](headers, raw, secrets, clock.now())
    body = read_body(raw, headers.get("content-type", ""), provider)
    event_id, event_type, identity = _identify(provider, headers, raw, body)
    return await _take(Unit(outer.context, tenant_id, outer.emits), source, event_id, event_type, identity, body)


async def _take(
    unit: Unit, source: StoredSource, event_id: str, event_type: str, identity: str, body: dict[str, Any]
) -> WebhookReceipt:
    webhook_id, moment = record_id(source.id, identity), clock.utcnow()
    event = unit.emit(
        WebhookReceived(
            webhook_id=webhook_id,
            provider=source.provider,
            provider_event_id=event_id,
            provider_event_type=event_type,
            data=storable(body),
        )
    )
    record = ReceivedWebhook(
        id=webhook_id,
        source_id=source.id,
        provider=source.provider,
        provider_event_id=event_id,
        provider_event_type=event_type,
        event_id=event.event_id,
        expires_at=moment + KEPT,
        created_at=moment,
        updated_at=moment,
    )
    unit.create(tenant_document(unit.tenant_id, RECEIVED, webhook_id), record.model_dump())
    try:
        await unit.commit()
    except Conflict:
        return WebhookReceipt(webhook_id=webhook_id, duplicate=True)
    return WebhookReceipt(webhook_id=webhook_id)


async def _source(provider: Provider, token: str) -> tuple[str, StoredSource]:
    """The source that the token opens, of a tenant that is active. Raises NotFound, TenantSuspended."""
    address = address_of(token)
    if address is None:
        raise NotFound()
    tenant = firestore().collection("tenants").document(address.tenant_id)
    source = tenant_document(address.tenant_id, COLLECTION, address.source_id)
    found = {each.reference.path: each.to_dict() async for each in firestore().get_all([tenant, source])}
    if not (stored := found.get(source.path)) or not (owner := found.get(tenant.path)):
        raise NotFound()
    opened_source = StoredSource.model_validate(stored)
    if opened_source.provider != provider or not opened_source.opened_by(token):
        raise NotFound()
    if owner.get("status") != "active":
        raise TenantSuspended()
    return address.tenant_id, opened_source


def _identify(provider: Provider, headers: Mapping[str, str], raw: bytes, body: dict[str, Any]) -> tuple[str, str, str]:
    """The provider's id and type of the event, and what tells one event from another.

    Stripe's id is in the signed body, Standard Webhooks' is signed beside it. GitHub's is not signed, and not every
    form has one: there the signed bytes themselves tell.
    """
    digest = hashlib.sha256(raw).hexdigest()
    match provider:
        case "stripe":
            event_id, event_type = _text(body.get("id")) or digest, _text(body.get("type"))
            return event_id, event_type or "unknown", event_id
        case "standard":
            event_id = standard_header(headers, "id")[:_TEXT]
            return event_id, _text(body.get("type")) or "unknown", event_id
        case "github":
            kind, action = headers.get("x-github-event", "")[:_TEXT], _text(body.get("action"))
            event_id = headers.get("x-github-delivery", "")[:_TEXT] or digest
            return event_id, f"{kind}.{action}" if kind and action else kind or "unknown", digest
        case "form":
            given = next((text for name in _FORM_IDS if (text := _text(body.get(name)))), "")
            return given or digest, "form_submitted", given or f"{headers.get('x-webhook-timestamp', '')}\n{digest}"


def _text(value: Any) -> str:
    return value[:_TEXT] if isinstance(value, str) else ""
