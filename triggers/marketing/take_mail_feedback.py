"""Note what a provider told of a mail; who complained and what bounced for good gets no more campaign mail."""

from shared_layer.marketing.feedback.taking import take_feedback
from shared_layer.messaging.events.marketing import CampaignMailFeedback
from shared_layer.triggers import Unit, on_event


@on_event(
    ("marketing-engine-events",),
    event_types=("campaign_mail_feedback",),
    max_attempts=20,
    emits=("marketing_suppression_changed",),
)
async def take_mail_feedback(told: CampaignMailFeedback, unit: Unit) -> None:
    await take_feedback(told, unit)
