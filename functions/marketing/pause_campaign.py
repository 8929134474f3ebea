"""Pause a running campaign, also in the middle of its mails."""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.marketing import lifecycle
from shared_layer.marketing.campaign import Campaign


@endpoint(
    "POST",
    "/api/v1/campaigns/{campaign_id}:pause",
    scope="marketing:write",
    idempotency="optional",
    emits=("campaign_status_changed",),
)
async def pause_campaign(campaign_id: Id, caller: Caller, unit: Unit) -> Campaign:
    return await lifecycle.pause_campaign(campaign_id, caller, unit)
