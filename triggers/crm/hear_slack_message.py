"""Put a Slack message on the timeline of who wrote it, once for each team, channel and ts."""

from shared_layer.crm import messages
from shared_layer.messaging.events.slack import SlackMessageReceived
from shared_layer.triggers import Unit, on_event

HEARD = ("contact_created", "contact_updated", "contacts_merged", "interaction_recorded")


@on_event(("slack-intelligence-service-events",), event_types=("slack_message_received",), max_attempts=20, emits=HEARD)
async def hear_slack_message(message: SlackMessageReceived, unit: Unit) -> None:
    await messages.hear_message(message, unit)
