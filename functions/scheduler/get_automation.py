"""Get one automation."""

from shared_layer.automations import automations
from shared_layer.automations.automation import Automation
from shared_layer.front_door import Caller, Id, endpoint


@endpoint("GET", "/api/v1/automations/{automation_id}", scope="automations:read")
async def get_automation(automation_id: Id, caller: Caller) -> Automation:
    return await automations.get_automation(automation_id, caller)
