"""Generate a text with the internal model alone; JSON of a schema where one is given."""

from shared_layer.ai.api import internal
from shared_layer.ai.api.internal import InternalPrompt, InternalText
from shared_layer.front_door import Caller, Resources, endpoint


@endpoint(
    "POST",
    "/api/v1/internal-ai/generate",
    scope="ai:use",
    tier="ai",
    idempotency="optional",
    deadline=90,
    emits=("ai_budget_threshold_reached", "platform_health_changed"),
    resources=Resources(secrets=("xynergy-seal-key",)),
)
async def generate_internally(prompt: InternalPrompt, caller: Caller) -> InternalText:
    return await internal.generate_internally(prompt, caller)
