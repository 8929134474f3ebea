"""List what known people's messages and mails suggest to do, the newest first; those that wait for a decision."""

from shared_layer.crm import suggesting
from shared_layer.crm.suggestion import SuggestionFilter, TaskSuggestion
from shared_layer.front_door import Caller, Page, endpoint


@endpoint("GET", "/api/xynergyos/v2/crm/task-suggestions", scope="crm:read")
async def list_task_suggestions(query: SuggestionFilter, caller: Caller) -> Page[TaskSuggestion]:
    return await suggesting.list_suggestions(query, caller)
