"""The CRM in numbers: contacts by stage, owner and source, deals with win rate and velocity, who is stale."""

from shared_layer.crm import statistics
from shared_layer.crm.statistics import CrmStatistics, StatisticsQuery
from shared_layer.front_door import Caller, endpoint


@endpoint("GET", "/api/xynergyos/v2/crm/statistics", scope="crm:read")
async def get_crm_statistics(query: StatisticsQuery, caller: Caller) -> CrmStatistics:
    return await statistics.statistics(query, caller)
