"""Do the action of an automation's run that is due: its effects and its record in one commit."""

from shared_layer.automations.acting import EMITS, act
from shared_layer.messaging.events.scheduler import AutomationActionDue
from shared_layer.triggers import Unit, on_event


@on_event(
    ("scheduler-automation-engine-events",),
    event_types=("automation_action_due",),
    max_attempts=20,
    deadline=60,
    emits=EMITS,
)
async def run_automation_action(due: AutomationActionDue, unit: Unit) -> None:
    await act(due, unit)
