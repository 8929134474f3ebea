"""How an endpoint fares: noted with each delivery's outcome, and switched off after five days without a success."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from shared_layer.core import clock
from shared_layer.messaging.events.webhooks import WebhookEndpointDisabled
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_document
from shared_layer.storage.gcp_clients import firestore
from shared_layer.webhooks.endpoint import COLLECTION as ENDPOINTS
from shared_layer.webhooks.endpoint import EndpointHealth, StoredEndpoint

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "webhook_health"
PATIENCE: Final = timedelta(days=5)
NOTED_EVERY: Final = timedelta(minutes=1)
"""Successes in a row are noted once a minute: a busy endpoint is one document."""


def health_reference(tenant_id: str, endpoint_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/webhook_health/{endpoint}`."""
    return tenant_document(tenant_id, COLLECTION, endpoint_id)


async def health_of(tenant_id: str, endpoint_ids: list[str]) -> dict[str, EndpointHealth]:
    """The health of endpoints by id, in one round trip; one that was never sent to has nothing to tell."""
    if not endpoint_ids:
        return {}
    references = [health_reference(tenant_id, endpoint_id) for endpoint_id in endpoint_ids]
    found = {snapshot.id: snapshot.to_dict() async for snapshot in firestore().get_all(references)}
    return {each: EndpointHealth.model_validate(found.get(each) or {}) for each in endpoint_ids}


async def note_success(endpoint: StoredEndpoint, unit: Unit) -> None:
    """Stage that a delivery arrived."""
    health, moment = (await health_of(unit.tenant_id, [endpoint.id]))[endpoint.id], clock.utcnow()
    last = health.last_success_at
    if health.failing_since is None and last is not None and moment < last + NOTED_EVERY:
        return
    health.failing_since, health.last_success_at = None, moment
    unit.put(health_reference(unit.tenant_id, endpoint.id), health.model_dump())


async def note_failure(endpoint: StoredEndpoint, gone: bool, unit: Unit) -> None:
    """Stage that a delivery failed, and the end of an endpoint that failed for five days or says that it is gone."""
    health, moment = (await health_of(unit.tenant_id, [endpoint.id]))[endpoint.id], clock.utcnow()
    health.failing_since, health.last_failure_at = health.failing_since or moment, moment
    unit.put(health_reference(unit.tenant_id, endpoint.id), health.model_dump())
    if gone:
        await _disable(endpoint, "It answered 410 Gone.", unit)
    elif moment - health.failing_since >= PATIENCE:
        since = health.failing_since.strftime("%Y-%m-%d %H:%M UTC")
        await _disable(endpoint, f"No delivery has arrived since {since}, which is five days or more.", unit)


async def _disable(endpoint: StoredEndpoint, reason: str, unit: Unit) -> None:
    """Stage the switch and the notice; whoever changes the endpoint at this moment keeps the other fields."""
    if endpoint.status == "disabled":
        return
    from google.cloud.firestore import Increment

    unit.patch(
        tenant_document(unit.tenant_id, ENDPOINTS, endpoint.id),
        {"status": "disabled", "disabled_because": reason, "version": Increment(1), "updated_at": clock.utcnow()},
    )
    notify = endpoint.notify or await _owner(unit.tenant_id)
    unit.emit(WebhookEndpointDisabled(endpoint_id=endpoint.id, reason=reason, notify=notify))


async def _owner(tenant_id: str) -> str | None:
    tenant = (await firestore().collection("tenants").document(tenant_id).get()).to_dict() or {}
    address: str | None = tenant.get("owner_email")
    return address
