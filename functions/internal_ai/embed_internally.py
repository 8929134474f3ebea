"""Embed texts with the internal model alone; deterministic mock vectors where there is none."""

from shared_layer.ai.api import internal
from shared_layer.ai.api.internal import InternalTexts, InternalVectors
from shared_layer.front_door import Caller, Resources, endpoint


@endpoint(
    "POST",
    "/api/v1/internal-ai/embed",
    scope="ai:use",
    tier="ai",
    deadline=90,
    emits=("ai_budget_threshold_reached", "platform_health_changed"),
    resources=Resources(secrets=("xynergy-seal-key",)),
)
async def embed_internally(texts: InternalTexts, caller: Caller) -> InternalVectors:
    return await internal.embed_internally(texts, caller)
