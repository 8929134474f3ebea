"""Create an automation: upon an event of one type, where every condition holds, do its actions one after another.

Conditions are JSON Logic over the event (`{"var": "payload.form"}`); actions have places: `{{ payload.email }}`.
"""

from shared_layer.automations import automations
from shared_layer.automations.automation import Automation, NewAutomation
from shared_layer.front_door import Caller, Unit, endpoint


@endpoint(
    "POST",
    "/api/v1/automations",
    scope="automations:write",
    status=201,
    idempotency="optional",
    emits=("automation_changed",),
)
async def create_automation(new: NewAutomation, caller: Caller, unit: Unit) -> Automation:
    return await automations.create_automation(new, caller, unit)
