"""A tenant's sources of webhooks: created, listed, rotated, deleted."""

from __future__ import annotations

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import ValidationFailed
from shared_layer.core.ids import new_id
from shared_layer.core.models import Page
from shared_layer.messaging.events.webhooks import WebhookSourceChanged
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import page, read, tenant_collection, tenant_document
from shared_layer.webhooks.secrets import new_secret, rotated, sealed_secret
from shared_layer.webhooks.signatures import Provider, standard_key
from shared_layer.webhooks.source import (
    COLLECTION,
    IssuedSource,
    NewSource,
    Source,
    SourceFilter,
    SourceRotation,
    StoredSource,
    hash_token,
    new_token,
    purpose_of,
    url_of,
)


async def create_source(new: NewSource, caller: Caller, unit: Unit) -> IssuedSource:
    """Stage a source; its address and the secret that was made here are shown this once. Raises ValidationFailed."""
    source_id = new_id("whs")
    token, purpose = new_token(caller.tenant_id, source_id), purpose_of(caller.tenant_id, source_id)
    secret = new.secret or (None if new.provider == "stripe" else new_secret())
    _check(new.provider, secret)
    moment = clock.utcnow()
    stored = StoredSource(
        id=source_id,
        name=new.name,
        provider=new.provider,
        token_hash=hash_token(token),
        secrets=[sealed_secret(secret, purpose)] if secret else [],
        created_by=caller.principal,
        created_at=moment,
        updated_at=moment,
    )
    unit.create(tenant_document(caller.tenant_id, COLLECTION, source_id), stored.model_dump())
    unit.emit(WebhookSourceChanged(source_id=source_id, provider=new.provider, status="created"))
    return _issued(stored, url_of(new.provider, token), None if new.secret else secret)


async def list_sources(query: SourceFilter, caller: Caller) -> Page[Source]:
    """The tenant's sources, newest first."""
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(caller.tenant_id, COLLECTION)
    filtered = found.where(filter=FieldFilter("provider", "==", query.provider)) if query.provider else found
    listed = await page(filtered, StoredSource, query, ["-created_at"])
    return Page[Source](items=[source.shown() for source in listed.items], next_cursor=listed.next_cursor)


async def get_source(source_id: str, caller: Caller) -> Source:
    """One source of the tenant. Raises NotFound."""
    return (await _own(source_id, caller)).shown()


async def rotate_source(source_id: str, rotation: SourceRotation, caller: Caller, unit: Unit) -> IssuedSource:
    """Stage another secret, and where asked for another address. Raises NotFound, ValidationFailed."""
    stored = await _own(source_id, caller)
    if stored.provider == "stripe" and rotation.secret is None:
        raise ValidationFailed("Stripe makes its secrets itself: send the one that its dashboard shows (whsec_…).")
    secret = rotation.secret or new_secret()
    _check(stored.provider, secret)
    purpose = purpose_of(caller.tenant_id, source_id)
    stored.secrets = rotated(stored.secrets, secret, purpose, rotation.grace_seconds)
    url = None
    if rotation.new_address:
        token = new_token(caller.tenant_id, source_id)
        stored.token_hash = hash_token(token)
        url = url_of(stored.provider, token)
    unit.replace(tenant_document(caller.tenant_id, COLLECTION, source_id), stored)
    unit.emit(WebhookSourceChanged(source_id=source_id, provider=stored.provider, status="rotated"))
    return _issued(stored, url, None if rotation.secret else secret)


async def delete_source(source_id: str, caller: Caller, unit: Unit) -> None:
    """Stage the end of a source: its address answers 404 from then on. Raises NotFound."""
    stored = await _own(source_id, caller)
    unit.delete(tenant_document(caller.tenant_id, COLLECTION, source_id))
    unit.emit(WebhookSourceChanged(source_id=source_id, provider=stored.provider, status="deleted"))


async def _own(source_id: str, caller: Caller) -> StoredSource:
    return await read(tenant_document(caller.tenant_id, COLLECTION, source_id), StoredSource)


def _check(provider: Provider, secret: str | None) -> None:
    """A Standard Webhooks secret is base64: one that is not would refuse every call."""
    if provider == "standard" and secret is not None:
        try:
            standard_key(secret)
        except ValueError as error:
            raise ValidationFailed(f"The secret cannot be used: {error}.") from None


def _issued(stored: StoredSource, url: str | None, secret: str | None) -> IssuedSource:
    return IssuedSource(**stored.shown().model_dump(), url=url, secret=secret)
