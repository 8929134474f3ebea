"""Show an offered bot token to Slack, and take the workspace that it belongs to."""

from shared_layer.messaging.events.slack import SlackConnectDue
from shared_layer.slack.connecting import connect
from shared_layer.triggers import Resources, Unit, on_event


@on_event(
    ("slack-intelligence-service-events",),
    event_types=("slack_connect_due",),
    deadline=120,
    emits=("slack_backfill_due", "slack_connection_changed"),
    resources=Resources(secrets=("xynergy-seal-key",)),
)
async def connect_slack_workspace(due: SlackConnectDue, unit: Unit) -> None:  # noqa: ARG001 (the tenant says it all)
    await connect(unit)
