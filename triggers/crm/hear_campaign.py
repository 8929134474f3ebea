"""Put a campaign's mail, and that it was clicked, on the contact's timeline, once each."""

from shared_layer.crm import campaigns
from shared_layer.messaging.events.marketing import CampaignMailClicked, CampaignMailSent
from shared_layer.triggers import Unit, on_event


@on_event(
    ("marketing-engine-events",),
    event_types=("campaign_mail_sent", "campaign_mail_clicked"),
    max_attempts=20,
    emits=("interaction_recorded",),
)
async def hear_campaign(told: CampaignMailSent | CampaignMailClicked, unit: Unit) -> None:
    await campaigns.hear_campaign(told, unit)
