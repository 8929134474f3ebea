"""Send a test mail of a template."""

from shared_layer.marketing.mail.trying import send_test
from shared_layer.messaging.events.marketing import CampaignTestMailDue
from shared_layer.triggers import Unit, on_event


@on_event(
    ("marketing-engine-events",),
    event_types=("campaign_test_mail_due",),
    max_attempts=10,
)
async def send_test_mail(due: CampaignTestMailDue, unit: Unit) -> None:
    await send_test(due, unit)
