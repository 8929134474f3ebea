"""Change an automation, enable it, disable it: each change is a version; a run that has begun keeps its own."""

from shared_layer.automations import automations
from shared_layer.automations.automation import Automation, AutomationChanges
from shared_layer.front_door import Caller, Id, IfMatch, Unit, endpoint


@endpoint("PATCH", "/api/v1/automations/{automation_id}", scope="automations:write", emits=("automation_changed",))
async def update_automation(
    automation_id: Id, changes: AutomationChanges, version: IfMatch, caller: Caller, unit: Unit
) -> Automation:
    return await automations.update_automation(automation_id, changes, version, caller, unit)
