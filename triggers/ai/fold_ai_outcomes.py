"""Fold feedback and verdicts of cascades into the outcomes that the tenant's router learns from."""

from shared_layer.ai.outcomes.folding import fold
from shared_layer.messaging.registry import read_payload
from shared_layer.triggers import Envelope, Unit, on_event


@on_event(("ai-routing-engine-events",), event_types=("ai_feedback_given", "ai_answer_verified"), max_attempts=20)
async def fold_ai_outcomes(event: Envelope, unit: Unit) -> None:
    payload = read_payload(event.event_type, event.schema_version, event.payload)
    await fold(payload, event.tenant_id, unit)
