"""Apply an event that Slack sent: messages, edits, deletions, people and channels."""

from shared_layer.messaging.events.slack import SlackEventDue
from shared_layer.slack.applying import apply_event
from shared_layer.triggers import Resources, Unit, on_event


@on_event(
    ("slack-intelligence-service-events",),
    event_types=("slack_event_due",),
    max_attempts=20,
    emits=(
        "slack_message_received",
        "slack_message_changed",
        "slack_task_suggested",
        "slack_connection_changed",
    ),
    resources=Resources(secrets=("xynergy-seal-key",)),
)
async def apply_slack_event(due: SlackEventDue, unit: Unit) -> None:
    await apply_event(due, unit)
