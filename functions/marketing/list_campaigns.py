"""List the tenant's campaigns, newest first."""

from shared_layer.front_door import Caller, Page, endpoint
from shared_layer.marketing import Campaign, CampaignFilter
from shared_layer.marketing import list_campaigns as find


@endpoint("GET", "/api/v1/campaigns", scope="marketing:read")
async def list_campaigns(query: CampaignFilter, caller: Caller) -> Page[Campaign]:
    return await find(query, caller)
