"""Set the tenant's own AI budget for a month, beside its plan's; it holds from the next call on."""

from shared_layer.ai.money.budgeting import Budget, BudgetText, set_budget
from shared_layer.front_door import Caller, Unit, endpoint


@endpoint("PUT", "/api/v1/ai/budget", scope="ai:manage", emits=("ai_budget_changed",))
async def put_ai_budget(budget: BudgetText, caller: Caller, unit: Unit) -> Budget:
    return await set_budget(budget, caller, unit)
