"""List the versions of an automation, the newest first: what it was, since when, and who changed it."""

from shared_layer.automations import automations
from shared_layer.automations.automation import AutomationVersion
from shared_layer.core.models import PageQuery
from shared_layer.front_door import Caller, Id, Page, endpoint


@endpoint("GET", "/api/v1/automations/{automation_id}/versions", scope="automations:read")
async def list_automation_versions(automation_id: Id, query: PageQuery, caller: Caller) -> Page[AutomationVersion]:
    return await automations.list_versions(automation_id, query, caller)
