"""A tenant's endpoints: created, listed, changed, given new secrets, deleted."""

from __future__ import annotations

from functools import partial

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import Conflict, VersionMismatch
from shared_layer.core.ids import new_id
from shared_layer.core.models import Page
from shared_layer.messaging.events.webhooks import WebhookEndpointChanged
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import page, read, tenant_collection, tenant_document
from shared_layer.webhooks.deliverable import known_types
from shared_layer.webhooks.endpoint import (
    COLLECTION,
    MOST,
    Endpoint,
    EndpointChanges,
    EndpointFilter,
    EndpointHealth,
    IssuedEndpoint,
    NewEndpoint,
    SecretRotation,
    StoredEndpoint,
    checked_url,
    purpose_of,
)
from shared_layer.webhooks.health import health_of, health_reference
from shared_layer.webhooks.secrets import new_secret, rotated, sealed_secret
from shared_layer.webhooks.subscribed import changed


async def create_endpoint(new: NewEndpoint, caller: Caller, unit: Unit) -> IssuedEndpoint:
    """Stage an endpoint; its secret is shown this once. Raises UrlRefused, ValidationFailed, Conflict beyond 50."""
    url, types = checked_url(new.url), known_types(new.event_types)
    [[counted]] = await tenant_collection(caller.tenant_id, COLLECTION).count().get()
    if counted.value >= MOST:
        raise Conflict(f"A tenant has at most {MOST} endpoints. Delete one that is not needed.")
    endpoint_id, secret, moment = new_id("whe"), new_secret(), clock.utcnow()
    stored = StoredEndpoint(
        id=endpoint_id,
        url=url,
        event_types=types,
        description=new.description,
        notify=new.notify,
        secrets=[sealed_secret(secret, purpose_of(caller.tenant_id, endpoint_id))],
        created_by=caller.principal,
        created_at=moment,
        updated_at=moment,
    )
    unit.create(tenant_document(caller.tenant_id, COLLECTION, endpoint_id), stored.model_dump())
    _tell(endpoint_id, "created", caller, unit)
    return IssuedEndpoint(**stored.shown(EndpointHealth()).model_dump(), secret=secret)


async def list_endpoints(query: EndpointFilter, caller: Caller) -> Page[Endpoint]:
    """The tenant's endpoints with their health, newest first."""
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(caller.tenant_id, COLLECTION)
    filtered = found.where(filter=FieldFilter("status", "==", query.status)) if query.status else found
    listed = await page(filtered, StoredEndpoint, query, ["-created_at"])
    health = await health_of(caller.tenant_id, [each.id for each in listed.items])
    items = [each.shown(health[each.id]) for each in listed.items]
    return Page[Endpoint](items=items, next_cursor=listed.next_cursor)


async def get_endpoint(endpoint_id: str, caller: Caller) -> Endpoint:
    """One endpoint of the tenant. Raises NotFound."""
    return await _shown(await own_endpoint(endpoint_id, caller), caller)


async def update_endpoint(
    endpoint_id: str, changes: EndpointChanges, version: int, caller: Caller, unit: Unit
) -> Endpoint:
    """Stage changes as of `version`. Raises NotFound, VersionMismatch, UrlRefused, ValidationFailed."""
    stored = await own_endpoint(endpoint_id, caller)
    if stored.version != version:
        raise VersionMismatch()
    wanted = changes.model_dump(exclude_none=True)
    if changes.url is not None:
        wanted["url"] = checked_url(changes.url)
    if changes.event_types is not None:
        wanted["event_types"] = known_types(changes.event_types)
    if changes.status is not None:
        wanted["disabled_because"] = "Its owner switched it off." if changes.status == "disabled" else None
    health = (await health_of(caller.tenant_id, [endpoint_id]))[endpoint_id]
    if changes.status == "enabled":
        health.failing_since = None
        unit.put(health_reference(caller.tenant_id, endpoint_id), health.model_dump())
    for name, value in wanted.items():
        setattr(stored, name, value)
    unit.replace(tenant_document(caller.tenant_id, COLLECTION, endpoint_id), stored)
    _tell(endpoint_id, changes.status or "updated", caller, unit)
    return stored.shown(health)


async def rotate_secret(endpoint_id: str, rotation: SecretRotation, caller: Caller, unit: Unit) -> IssuedEndpoint:
    """Stage another secret, beside which the former one signs until the grace ends. Raises NotFound."""
    stored = await own_endpoint(endpoint_id, caller)
    secret = new_secret()
    purpose = purpose_of(caller.tenant_id, endpoint_id)
    stored.secrets = rotated(stored.secrets, secret, purpose, rotation.grace_seconds)
    unit.replace(tenant_document(caller.tenant_id, COLLECTION, endpoint_id), stored)
    _tell(endpoint_id, "secret_rotated", caller, unit)
    return IssuedEndpoint(**(await _shown(stored, caller)).model_dump(), secret=secret)


async def delete_endpoint(endpoint_id: str, caller: Caller, unit: Unit) -> None:
    """Stage the end of an endpoint: what waits for it is dropped. Raises NotFound."""
    await own_endpoint(endpoint_id, caller)
    unit.delete(tenant_document(caller.tenant_id, COLLECTION, endpoint_id))
    unit.delete(health_reference(caller.tenant_id, endpoint_id))
    _tell(endpoint_id, "deleted", caller, unit)


async def own_endpoint(endpoint_id: str, caller: Caller) -> StoredEndpoint:
    """One endpoint of the tenant, as it is stored. Raises NotFound."""
    return await read(tenant_document(caller.tenant_id, COLLECTION, endpoint_id), StoredEndpoint)


async def _shown(stored: StoredEndpoint, caller: Caller) -> Endpoint:
    return stored.shown((await health_of(caller.tenant_id, [stored.id]))[stored.id])


def _tell(endpoint_id: str, status: str, caller: Caller, unit: Unit) -> None:
    unit.emit(WebhookEndpointChanged(endpoint_id=endpoint_id, status=status))
    unit.after_commit(partial(changed, caller.tenant_id))
