"""Create embeddings: OpenAI-compatible; deterministic mock vectors, marked as such, where no model is configured."""

from shared_layer.ai.embeddings.embedding import Embeddings, EmbeddingsRequest, embed
from shared_layer.front_door import Caller, Resources, endpoint


@endpoint(
    "POST",
    "/api/v1/ai/embeddings",
    scope="ai:use",
    tier="ai",
    deadline=60,
    body_limit=4 << 20,
    emits=("ai_budget_threshold_reached", "platform_health_changed"),
    compatible="openai",
    resources=Resources(secrets=("xynergy-seal-key",)),
)
async def create_embeddings(body: EmbeddingsRequest, caller: Caller) -> Embeddings:
    return await embed(body, caller)
