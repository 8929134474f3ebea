"""Resume a paused campaign."""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.marketing import Campaign, move_campaign


@endpoint(
    "POST",
    "/api/v1/campaigns/{campaign_id}:resume",
    scope="marketing:write",
    idempotency="optional",
    emits=("campaign_status_changed",),
)
async def resume_campaign(campaign_id: Id, caller: Caller, unit: Unit) -> Campaign:
    return await move_campaign(campaign_id, "running", caller, unit)
