"""Launch a campaign that is draft, approved or scheduled, once its preflight is clean."""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.marketing import lifecycle
from shared_layer.marketing.campaign import Campaign


@endpoint(
    "POST",
    "/api/v1/campaigns/{campaign_id}:launch",
    scope="marketing:write",
    idempotency="optional",
    emits=("campaign_status_changed",),
)
async def launch_campaign(campaign_id: Id, caller: Caller, unit: Unit) -> Campaign:
    return await lifecycle.launch_campaign(campaign_id, caller, unit)
