"""Get one suggestion of a task."""

from shared_layer.crm import suggesting
from shared_layer.crm.suggestion import TaskSuggestion
from shared_layer.front_door import Caller, Id, endpoint


@endpoint("GET", "/api/xynergyos/v2/crm/task-suggestions/{suggestion_id}", scope="crm:read")
async def get_task_suggestion(suggestion_id: Id, caller: Caller) -> TaskSuggestion:
    return await suggesting.get_suggestion(suggestion_id, caller)
