"""List automations, newest first."""

from shared_layer.automations import automations
from shared_layer.automations.automation import Automation, AutomationFilter
from shared_layer.front_door import Caller, Page, endpoint


@endpoint("GET", "/api/v1/automations", scope="automations:read")
async def list_automations(query: AutomationFilter, caller: Caller) -> Page[Automation]:
    return await automations.list_automations(query, caller)
