"""Get one campaign with its plan."""

from shared_layer.front_door import Caller, Id, endpoint
from shared_layer.marketing import store
from shared_layer.marketing.campaign import Campaign


@endpoint("GET", "/api/v1/campaigns/{campaign_id}", scope="marketing:read")
async def get_campaign(campaign_id: Id, caller: Caller) -> Campaign:
    return await store.get_campaign(campaign_id, caller)
