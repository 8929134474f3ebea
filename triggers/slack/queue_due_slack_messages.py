"""Queue the scheduled messages, and those that Slack asked to wait, whose time has come."""

from shared_layer.slack.posting import post_due
from shared_layer.triggers import Unit, on_schedule


@on_schedule("* * * * *", deadline=55, emits=("slack_message_due",))
async def queue_due_slack_messages(unit: Unit) -> None:
    await post_due(unit)
