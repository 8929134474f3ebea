"""Change a campaign: its name, its plan while it is a draft, its launch time, its status where no command is due."""

from shared_layer.front_door import Caller, Id, IfMatch, Unit, endpoint
from shared_layer.marketing import store
from shared_layer.marketing.campaign import Campaign, CampaignChanges


@endpoint(
    "PATCH",
    "/api/v1/campaigns/{campaign_id}",
    scope="marketing:write",
    emits=("campaign_updated", "campaign_status_changed"),
)
async def update_campaign(
    campaign_id: Id, changes: CampaignChanges, version: IfMatch, caller: Caller, unit: Unit
) -> Campaign:
    return await store.update_campaign(campaign_id, changes, version, caller, unit)
