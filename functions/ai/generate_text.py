"""Generate text: a plain prompt in; the answer, the route decision and the cost out."""

from starlette.requests import Request

from shared_layer.ai.api.chat import cache_wanted
from shared_layer.ai.api.generation import Generated, GenerateRequest, generate
from shared_layer.front_door import Caller, Resources, endpoint


@endpoint(
    "POST",
    "/api/v1/ai/generate",
    scope="ai:use",
    tier="ai",
    idempotency="optional",
    deadline=300,
    emits=("ai_budget_threshold_reached", "platform_health_changed"),
    resources=Resources(secrets=("xynergy-seal-key",)),
)
async def generate_text(prompt: GenerateRequest, request: Request, caller: Caller) -> Generated:
    return await generate(prompt, cache_wanted(request.headers), caller)
