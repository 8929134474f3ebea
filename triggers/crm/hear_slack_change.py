"""Apply an edit or a deletion of a Slack message to the timeline, also where it comes before the message."""

from shared_layer.crm import messages
from shared_layer.messaging.events.slack import SlackMessageChanged
from shared_layer.triggers import Unit, on_event


@on_event(("slack-intelligence-service-events",), event_types=("slack_message_changed",), max_attempts=20)
async def hear_slack_change(change: SlackMessageChanged, unit: Unit) -> None:
    await messages.hear_change(change, unit)
