"""Keep what a Slack message of a known person suggests, or make the task of it where the tenant's policy says so."""

from shared_layer.crm import suggesting
from shared_layer.messaging.events.slack import SlackTaskSuggested
from shared_layer.triggers import Unit, on_event

HEARD = ("crm_task_suggestion_changed", "crm_task_changed")


@on_event(("slack-intelligence-service-events",), event_types=("slack_task_suggested",), max_attempts=20, emits=HEARD)
async def hear_task_suggestion(told: SlackTaskSuggested, unit: Unit) -> None:
    await suggesting.hear_slack(told, unit)
