"""An attempt that is due: claimed by one, sent, and settled with its evidence in one commit.

Deliveries of the same word may come twice, also at the same moment: the claim is a write on condition that nobody
wrote since, so that one of them sends. Who dies between claim and commit loses its claim after a minute; the attempt is
then made once more, under the same webhook-id.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from shared_layer.core import clock
from shared_layer.core.errors import RequestInFlight
from shared_layer.messaging.event_store import COLLECTION as EVENTS
from shared_layer.messaging.events.webhooks import WebhookDeliveryDue
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot, tenant_document
from shared_layer.storage.gcp_clients import firestore
from shared_layer.webhooks.backoff import next_attempt_at
from shared_layer.webhooks.deliverable import TEST_EVENT
from shared_layer.webhooks.delivery import COLLECTION, StoredDelivery
from shared_layer.webhooks.endpoint import COLLECTION as ENDPOINTS
from shared_layer.webhooks.endpoint import StoredEndpoint, purpose_of
from shared_layer.webhooks.health import note_failure, note_success
from shared_layer.webhooks.secrets import opened
from shared_layer.webhooks.sending import Message, Sent, message_of, send

LEASE: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class _Due:
    """What an attempt needs; `endpoint` is None where there is nothing to send to, `why_not` then says why."""

    delivery: StoredDelivery
    endpoint: StoredEndpoint | None
    why_not: str = ""


async def attempt_delivery(due: WebhookDeliveryDue, unit: Unit) -> None:
    """Make the attempt that is due, where it was not made yet. Raises RequestInFlight while another one makes it."""
    found = await _read(due, unit.tenant_id)
    if found is None:
        return
    if found.endpoint is None:
        _settle(found.delivery, {"state": "dropped", "due_at": None, "dropped_because": found.why_not}, unit)
        return
    message = await _message(found.delivery, unit.tenant_id)
    if message is None:
        _settle(found.delivery, {"state": "dropped", "dropped_because": "Its event was erased."}, unit)
        return
    await _claim(found.delivery, unit)
    secrets = opened(found.endpoint.secrets, purpose_of(unit.tenant_id, found.endpoint.id))
    signing = secrets[:1] if found.delivery.replay_of else secrets
    sent = await send(found.endpoint.url, message, signing, found.delivery.attempt)
    await _conclude(found.delivery, found.endpoint, sent, unit)


async def _read(due: WebhookDeliveryDue, tenant_id: str) -> _Due | None:
    """The delivery with its endpoint, in one round trip; None where this attempt was made or is no longer wanted."""
    reference = tenant_document(tenant_id, COLLECTION, due.delivery_id)
    endpoint = tenant_document(tenant_id, ENDPOINTS, due.endpoint_id)
    tenant = firestore().collection("tenants").document(tenant_id)
    found = {each.reference.path: each async for each in firestore().get_all([reference, endpoint, tenant])}
    if not found[reference.path].exists:
        return None
    delivery = from_snapshot(found[reference.path], StoredDelivery)
    if delivery.attempt != due.attempt or delivery.state not in ("queued", "sending"):
        return None
    if delivery.state == "sending" and delivery.lease_until and delivery.lease_until > clock.utcnow():
        raise RequestInFlight("Another instance makes this attempt.")
    if not found[endpoint.path].exists:
        return _Due(delivery, None, "The endpoint was deleted.")
    stored = from_snapshot(found[endpoint.path], StoredEndpoint)
    if stored.status == "disabled" and not delivery.once:
        return _Due(delivery, None, "The endpoint is disabled.")
    if (found[tenant.path].to_dict() or {}).get("status") != "active":
        return _Due(delivery, None, "The tenant is suspended.")
    return _Due(delivery, stored)


async def _message(delivery: StoredDelivery, tenant_id: str) -> Message | None:
    """What is sent, from the event store: the same bytes at every attempt. None where the event is there no more."""
    if delivery.sample is not None:
        sent_at = datetime.fromisoformat(delivery.sample["sent_at"])
        return message_of(delivery.message_id, TEST_EVENT, sent_at, delivery.sample)
    event = (await tenant_document(tenant_id, EVENTS, delivery.message_id).get()).to_dict()
    if event is None:
        return None
    return message_of(delivery.message_id, delivery.event_type, event["timestamp"], event["payload"])


async def _claim(delivery: StoredDelivery, unit: Unit) -> None:
    """Take the attempt. Raises Conflict where somebody else did."""
    claim = Unit(unit.context, unit.tenant_id)
    reference = tenant_document(unit.tenant_id, COLLECTION, delivery.id)
    taken = {"state": "sending", "lease_until": clock.utcnow() + LEASE}
    claim.patch_unchanged(reference, taken, delivery.stored_at)
    await claim.commit()


async def _conclude(delivery: StoredDelivery, endpoint: StoredEndpoint, sent: Sent, unit: Unit) -> None:
    """Stage what came of the attempt, when the next one is due, and what it tells of the endpoint."""
    moment = clock.utcnow()
    told: dict[str, Any] = {"attempts": [*_dumped(delivery), sent.attempt.model_dump()], "lease_until": None}
    again: datetime | None = None
    if sent.arrived:
        told |= {"state": "delivered", "due_at": None}
    else:
        if not delivery.once and sent.attempt.outcome != "gone":
            again = next_attempt_at(delivery.attempt, moment, sent.status, sent.headers)
        told |= {"state": "waiting" if again else "failed", "due_at": again}
    if again:
        told["attempt"] = delivery.attempt + 1
    _settle(delivery, told, unit)
    if delivery.once:
        return
    if sent.arrived:
        await note_success(endpoint, unit)
    else:
        await note_failure(endpoint, sent.attempt.outcome == "gone", unit)


def _dumped(delivery: StoredDelivery) -> list[dict[str, Any]]:
    return [attempt.model_dump() for attempt in delivery.attempts]


def _settle(delivery: StoredDelivery, told: dict[str, Any], unit: Unit) -> None:
    changed = told | {"version": delivery.version + 1, "updated_at": clock.utcnow()}
    unit.patch(tenant_document(unit.tenant_id, COLLECTION, delivery.id), changed)
