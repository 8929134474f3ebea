"""Get one campaign with its plan."""

from shared_layer.front_door import Caller, Id, endpoint
from shared_layer.marketing import Campaign
from shared_layer.marketing import get_campaign as get


@endpoint("GET", "/api/v1/campaigns/{campaign_id}", scope="marketing:read")
async def get_campaign(campaign_id: Id, caller: Caller) -> Campaign:
    return await get(campaign_id, caller)
