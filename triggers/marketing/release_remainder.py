"""Let those go who waited for a test, with the variant that it came to."""

from shared_layer.marketing.results.following import release_part
from shared_layer.messaging.events.marketing import CampaignReleaseDue
from shared_layer.triggers import Unit, on_event


@on_event(
    ("marketing-engine-events",),
    event_types=("campaign_release_due",),
    max_attempts=20,
    emits=("campaign_release_due", "campaign_send_due"),
)
async def release_remainder(due: CampaignReleaseDue, unit: Unit) -> None:
    await release_part(due, unit)
