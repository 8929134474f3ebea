"""Take the next part of a launched campaign's audience: a mail for each mailbox."""

from shared_layer.marketing.mail.collecting import collect_part
from shared_layer.messaging.events.marketing import CampaignAudienceDue
from shared_layer.tenants.mail_quota import consume_mails
from shared_layer.triggers import Unit, on_event


@on_event(
    ("marketing-engine-events",),
    event_types=("campaign_audience_due",),
    max_attempts=20,
    deadline=120,
    emits=("campaign_audience_due", "campaign_send_due", "campaign_status_changed", "quota_threshold_reached"),
)
async def take_audience(due: CampaignAudienceDue, unit: Unit) -> None:
    await collect_part(due, unit, consume_mails)
