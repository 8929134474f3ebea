"""What Slack's Events API sends: verified, stored and put into the outbox, all before Slack's three seconds are over.

The work is done by the handler of `slack_event_due`. Slack sends again what it takes for lost, also under a new event
id: a delivery is known by its event id and, where it tells of a message, by what it says of which message.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any, Final

import orjson

from shared_layer.core import clock, json
from shared_layer.core.errors import Conflict, MalformedJson
from shared_layer.core.models import Model
from shared_layer.messaging.events.slack import SlackEventDue
from shared_layer.messaging.unit import Unit
from shared_layer.slack.connection import tenants_of_team
from shared_layer.slack.signature import verify
from shared_layer.storage.documents import tenant_document
from shared_layer.storage.gcp_clients import firestore

DELIVERIES: Final = "slack_deliveries"
KEPT: Final = timedelta(days=8)
BODY_LIMIT: Final = 1 << 20


class SlackReceipt(Model):
    """What Slack is answered: the challenge, where it asks whether the address is ours."""

    challenge: str | None = None


async def receive(body: bytes, timestamp: str | None, signature: str | None, unit: Unit) -> SlackReceipt:
    """Take one call of Slack's. Raises Unauthenticated, MalformedJson."""
    verify(body, timestamp, signature)
    call = json.parse(body)
    if not isinstance(call, dict):
        raise MalformedJson("A call of the Events API is a JSON object.")
    if call.get("type") == "url_verification":
        return SlackReceipt(challenge=str(call.get("challenge", "")))
    event = call.get("event")
    if call.get("type") == "event_callback" and isinstance(event, dict):
        for tenant_id in await tenants_of_team(str(call.get("team_id", ""))):
            await _store(call, event, Unit(unit.context, tenant_id, unit.emits))
    return SlackReceipt()


async def _store(call: dict[str, Any], event: dict[str, Any], unit: Unit) -> None:
    """Store one event of a tenant's, unless it was stored before."""
    moment = clock.utcnow()
    names = [_name(key) for key in _keys(call, event)]
    kept = {"received_at": moment, "expires_at": moment + KEPT}
    for name in names[1:]:
        unit.create(tenant_document(unit.tenant_id, DELIVERIES, name), kept | {"same_as": names[0]})
    stored = kept | {"event": orjson.dumps(event).decode(), "team_id": str(call["team_id"])}
    unit.create(tenant_document(unit.tenant_id, DELIVERIES, names[0]), stored)
    unit.emit(SlackEventDue(delivery_id=names[0], kind=str(event.get("type", ""))[:80]))
    try:
        await unit.commit()
    except Conflict:
        wanted = [tenant_document(unit.tenant_id, DELIVERIES, name) for name in names]
        known = [snapshot async for snapshot in firestore().get_all(wanted)]
        if not any(snapshot.exists for snapshot in known):
            raise
        unit.context.labels["duplicate"] = True


def _keys(call: dict[str, Any], event: dict[str, Any]) -> list[str]:
    """What a delivery is known by."""
    keys = [f"event {call.get('event_id')}"]
    if event.get("type") == "message":
        subtype, channel = event.get("subtype", ""), event.get("channel")
        if subtype == "message_changed":
            message = event.get("message") or {}
            version = (message.get("edited") or {}).get("ts") or event.get("event_ts") or event.get("ts")
            keys.append(f"edit {channel} {message.get('ts')} {version}")
        elif subtype == "message_deleted":
            keys.append(f"delete {channel} {event.get('deleted_ts')}")
        else:
            keys.append(f"message {channel} {event.get('ts')}")
    return keys


def _name(key: str) -> str:
    return "sld_" + hashlib.sha256(key.encode()).hexdigest()[:24]
