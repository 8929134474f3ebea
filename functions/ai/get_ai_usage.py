"""Show AI usage: tokens, cost and what the cache saved, by service, feature, user, day, provider or model."""

from shared_layer.ai.money.usage_report import UsageQuery, UsageReport, report_usage
from shared_layer.front_door import Caller, endpoint


@endpoint("GET", "/api/v1/ai/usage", scope="ai:use")
async def get_ai_usage(query: UsageQuery, caller: Caller) -> UsageReport:
    return await report_usage(query, caller)
