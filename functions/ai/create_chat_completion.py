"""Create a chat completion: OpenAI-compatible, whole or streamed.

Any OpenAI client works with its base URL set to `/api/v1/ai`. The model `auto` lets the router choose; a model, a
provider or `provider/model` is tried alone. `Cache-Control: no-store` or `X-Xynergy-Cache: off` asks past the cache,
as does a `temperature` above 0 without a `seed`. `xynergy: {"verify": …}` says how to check a cheap answer, where the
routing policy has the cascade on (`tests` runs its code against yours); the strong model answers where the check fails.
A stream begins when the cheap answer has been checked. Who asks the same while it is streamed reads the same stream.
"""

from starlette.requests import Request
from starlette.responses import Response

from shared_layer.ai.api.chat import chat
from shared_layer.ai.api.chat_request import ChatRequest
from shared_layer.front_door import Caller, Resources, endpoint


@endpoint(
    "POST",
    "/api/v1/ai/chat/completions",
    scope="ai:use",
    tier="ai",
    streams=True,
    deadline=300,
    emits=("ai_budget_threshold_reached", "platform_health_changed"),
    compatible="openai",
    resources=Resources(secrets=("xynergy-seal-key",)),
)
async def create_chat_completion(body: ChatRequest, request: Request, caller: Caller) -> Response:
    return await chat(body, request.headers, caller)
