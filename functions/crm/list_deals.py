"""List deals, the newest first."""

from shared_layer.crm import pipeline
from shared_layer.crm.deal import Deal, DealFilter
from shared_layer.front_door import Caller, Page, endpoint


@endpoint("GET", "/api/xynergyos/v2/crm/deals", scope="crm:read")
async def list_deals(query: DealFilter, caller: Caller) -> Page[Deal]:
    return await pipeline.list_deals(query, caller)
