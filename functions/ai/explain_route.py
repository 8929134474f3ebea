"""Explain a route: where a prompt would go, why, and what each option costs. Asks no provider and spends nothing."""

from shared_layer.ai.api.explanation import ExplainRequest, Explanation, explain
from shared_layer.front_door import Caller, endpoint


@endpoint("POST", "/api/v1/ai/route:explain", scope="ai:use")
async def explain_route(prompt: ExplainRequest, caller: Caller) -> Explanation:
    return await explain(prompt, caller)
