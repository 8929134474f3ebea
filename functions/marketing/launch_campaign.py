"""Launch a campaign that is draft, approved or scheduled, once its preflight is clean.

Its audience is taken as it is now, and its mails leave: each once, outside quiet hours, within the frequency cap.
"""

from shared_layer.front_door import Caller, Id, Resources, Unit, endpoint
from shared_layer.marketing import lifecycle
from shared_layer.marketing.campaign import Campaign
from shared_layer.tenants.mail_quota import remaining_mails


@endpoint(
    "POST",
    "/api/v1/campaigns/{campaign_id}:launch",
    scope="marketing:write",
    idempotency="optional",
    deadline=30,
    emits=("campaign_status_changed", "campaign_audience_due"),
    resources=Resources(memory=512, secrets=("xynergy-seal-key",)),
)
async def launch_campaign(campaign_id: Id, caller: Caller, unit: Unit) -> Campaign:
    return await lifecycle.launch_campaign(campaign_id, caller.tenant_id, unit, remaining_mails)
