"""Prepare a campaign's second round: a mail to everybody who got the first one and did not click, once."""

from shared_layer.marketing.results.following import resend_part
from shared_layer.messaging.events.marketing import CampaignResendDue
from shared_layer.triggers import Unit, on_event


@on_event(
    ("marketing-engine-events",),
    event_types=("campaign_resend_due",),
    max_attempts=20,
    emits=("campaign_resend_due", "campaign_send_due"),
)
async def resend_campaign(due: CampaignResendDue, unit: Unit) -> None:
    await resend_part(due, unit)
