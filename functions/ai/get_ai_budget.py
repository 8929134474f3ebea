"""Show the month's AI budget: what is spent, held for calls under way, and left."""

from shared_layer.ai.money.budgeting import Budget, show_budget
from shared_layer.front_door import Caller, endpoint


@endpoint("GET", "/api/v1/ai/budget", scope="ai:use")
async def get_ai_budget(caller: Caller) -> Budget:
    return await show_budget(caller)
