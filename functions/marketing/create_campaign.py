"""Create a campaign: AI-written plan, stored as a draft."""

from shared_layer.front_door import Caller, Resources, Unit, endpoint
from shared_layer.marketing import creation
from shared_layer.marketing.brief import CampaignBrief
from shared_layer.marketing.campaign import Campaign


@endpoint(
    "POST",
    "/api/v1/campaigns",
    scope="marketing:write",
    tier="expensive",
    status=201,
    idempotency="optional",
    deadline=90,
    emits=("campaign_created",),
    resources=Resources(secrets=("xynergy-seal-key",)),
)
async def create_campaign(brief: CampaignBrief, caller: Caller, unit: Unit) -> Campaign:
    return await creation.create_campaign(brief, caller, unit)
