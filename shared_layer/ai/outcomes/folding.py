"""Feedback and verdicts of cascades, folded into the tenant's outcomes: one document a prompt, whoever tells of it."""

from __future__ import annotations

from base64 import b64decode
from typing import Any, Final

from shared_layer.ai.money.ledger import entry_of
from shared_layer.ai.outcomes.due import COLLECTION as DUE
from shared_layer.ai.outcomes.known_outcome import COLLECTION, KEPT, KnownOutcome, root_of
from shared_layer.ai.providers.table import PROVIDERS
from shared_layer.core import clock
from shared_layer.core.errors import NotFound
from shared_layer.messaging.events.ai import AiAnswerVerified, AiFeedbackGiven
from shared_layer.messaging.registry import EventPayload
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import read, tenant_document
from shared_layer.storage.gcp_clients import firestore

_STRENGTH: Final = {provider.id: provider.strength for provider in PROVIDERS}


async def fold(payload: EventPayload, tenant_id: str, unit: Unit) -> None:
    """Stage what a feedback or a verdict adds. An answer that the router had no part in teaches nothing."""
    if not isinstance(payload, AiFeedbackGiven | AiAnswerVerified):
        return
    entry = await entry_of(tenant_id, payload.call_id)
    if entry is None or not entry.get("routed", {}).get("features"):
        return
    score = payload.score if isinstance(payload, AiFeedbackGiven) else float(payload.outcome == "passed")
    await _add(entry, score, tenant_id, unit)
    due = firestore().collection(DUE).document(tenant_id)
    if not (await due.get()).exists:
        unit.put(due, {"tenant_id": tenant_id, "since": clock.utcnow()})


async def _add(entry: dict[str, Any], score: float, tenant_id: str, unit: Unit) -> None:
    strength = _STRENGTH.get(entry["provider"])
    if strength is None:
        return
    reference = tenant_document(tenant_id, COLLECTION, root_of(entry["call_id"]))
    learned = {strength: score, f"{strength}_cost": entry["cost_micros"]}
    moment = clock.utcnow()
    try:
        known = await read(reference, KnownOutcome)
    except NotFound:
        features = b64decode(entry["routed"]["features"])
        made = KnownOutcome(
            id=reference.id, features=features, created_at=moment, updated_at=moment, expires_at=moment + KEPT
        )
        unit.create(reference, made.model_copy(update=learned).model_dump())
        return
    changed = known.model_copy(update=learned)
    changed.remember_update_time(known.stored_at)
    unit.replace(reference, changed)
