"""Post a message that is due to Slack."""

from shared_layer.messaging.events.slack import SlackMessageDue
from shared_layer.slack.posting import deliver
from shared_layer.triggers import Resources, Unit, on_event


@on_event(
    ("slack-intelligence-service-events",),
    event_types=("slack_message_due",),
    emits=("slack_message_sent", "slack_connection_changed"),
    resources=Resources(secrets=("xynergy-seal-key",)),
)
async def deliver_slack_message(due: SlackMessageDue, unit: Unit) -> None:
    await deliver(due, unit)
