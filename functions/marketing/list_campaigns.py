"""List the tenant's campaigns, newest first."""

from shared_layer.front_door import Caller, Page, endpoint
from shared_layer.marketing import store
from shared_layer.marketing.campaign import Campaign, CampaignFilter


@endpoint("GET", "/api/v1/campaigns", scope="marketing:read")
async def list_campaigns(query: CampaignFilter, caller: Caller) -> Page[Campaign]:
    return await store.list_campaigns(query, caller)
