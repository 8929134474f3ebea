"""Ask the warehouse for named metrics, by dimensions, with filters, over a period.

`GET /api/v1/analytics/metrics` lists the names. An event counts within two seconds of its command.
"""

from shared_layer.analytics.answering import answer_query
from shared_layer.analytics.query import AnalyticsAnswer, AnalyticsQuery
from shared_layer.front_door import Caller, endpoint


@endpoint("POST", "/api/v1/analytics:query", scope="analytics:read", deadline=30)
async def query_analytics(query: AnalyticsQuery, caller: Caller) -> AnalyticsAnswer:
    return await answer_query(query, caller)
