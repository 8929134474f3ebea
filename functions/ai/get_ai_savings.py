"""Show what was saved against asking the strong external model everything: by the cache, by tokens, by routing."""

from shared_layer.ai.money.savings import Savings, report_savings
from shared_layer.core.day_span import DaySpan
from shared_layer.front_door import Caller, endpoint


@endpoint("GET", "/api/v1/ai/savings", scope="ai:use")
async def get_ai_savings(period: DaySpan, caller: Caller) -> Savings:
    return await report_savings(period, caller)
