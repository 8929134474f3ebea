"""Read a page of a channel's history into the index."""

from shared_layer.messaging.events.slack import SlackBackfillDue
from shared_layer.slack.backfill import read_history
from shared_layer.triggers import Resources, Unit, on_event


@on_event(
    ("slack-intelligence-service-events",),
    event_types=("slack_backfill_due",),
    max_attempts=20,
    deadline=300,
    emits=("slack_backfill_due",),
    resources=Resources(max_instances=2, secrets=("xynergy-seal-key",)),
)
async def backfill_slack_channel(due: SlackBackfillDue, unit: Unit) -> None:
    await read_history(due, unit)
