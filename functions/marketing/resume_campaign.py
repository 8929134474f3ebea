"""Resume a paused campaign."""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.marketing import lifecycle
from shared_layer.marketing.campaign import Campaign


@endpoint(
    "POST",
    "/api/v1/campaigns/{campaign_id}:resume",
    scope="marketing:write",
    idempotency="optional",
    emits=("campaign_status_changed",),
)
async def resume_campaign(campaign_id: Id, caller: Caller, unit: Unit) -> Campaign:
    return await lifecycle.move_campaign(campaign_id, "running", caller, unit)
