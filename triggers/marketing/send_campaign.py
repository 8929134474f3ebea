"""Send a campaign's mails that are due, up to 50: each once, however often this is delivered."""

from shared_layer.marketing.mail.sending import send_turn
from shared_layer.messaging.events.marketing import CampaignSendDue
from shared_layer.triggers import Resources, Unit, on_event


@on_event(
    ("marketing-engine-events",),
    event_types=("campaign_send_due",),
    max_attempts=100,
    deadline=180,
    emits=("campaign_send_due", "campaign_mail_sent"),
    resources=Resources(memory=512, secrets=("xynergy-seal-key",)),
)
async def send_campaign(due: CampaignSendDue, unit: Unit) -> None:
    await send_turn(due, unit)
