"""Get a site's search performance against the period before: totals, brand, winners, losers, and the data's date."""

from shared_layer.aso import stats
from shared_layer.aso.stats import AsoStats, StatsQuery
from shared_layer.front_door import Caller, endpoint


@endpoint("GET", "/api/v1/aso/stats", scope="aso:read", tier="expensive", deadline=40)
async def get_aso_stats(query: StatsQuery, caller: Caller) -> AsoStats:
    return await stats.get_stats(query, caller)
