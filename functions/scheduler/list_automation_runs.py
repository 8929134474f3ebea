"""List what came of an automation, the latest first: each condition's value, each action's attempts and outcome."""

from shared_layer.automations import automations
from shared_layer.automations.automation_run import AutomationRun, RunFilter
from shared_layer.front_door import Caller, Id, Page, endpoint


@endpoint("GET", "/api/v1/automations/{automation_id}/runs", scope="automations:read")
async def list_automation_runs(automation_id: Id, query: RunFilter, caller: Caller) -> Page[AutomationRun]:
    return await automations.list_runs(automation_id, query, caller)
