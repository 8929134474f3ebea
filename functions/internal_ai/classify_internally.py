"""Classify a text with the internal model alone: one of the labels, and never anything else."""

from shared_layer.ai.api import internal
from shared_layer.ai.api.internal import InternalLabel, InternalQuestion
from shared_layer.front_door import Caller, Resources, endpoint


@endpoint(
    "POST",
    "/api/v1/internal-ai/classify",
    scope="ai:use",
    tier="ai",
    idempotency="optional",
    deadline=90,
    emits=("ai_budget_threshold_reached", "platform_health_changed"),
    resources=Resources(secrets=("xynergy-seal-key",)),
)
async def classify_internally(question: InternalQuestion, caller: Caller) -> InternalLabel:
    return await internal.classify_internally(question, caller)
