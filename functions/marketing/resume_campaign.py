"""Resume a paused campaign from where it stopped."""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.marketing import lifecycle
from shared_layer.marketing.campaign import Campaign
from shared_layer.tenants.mail_quota import consume_mails


@endpoint(
    "POST",
    "/api/v1/campaigns/{campaign_id}:resume",
    scope="marketing:write",
    idempotency="optional",
    emits=("campaign_status_changed", "campaign_send_due", "quota_threshold_reached"),
)
async def resume_campaign(campaign_id: Id, caller: Caller, unit: Unit) -> Campaign:
    return await lifecycle.resume_campaign(campaign_id, caller, unit, consume_mails)
