"""Dismiss a suggestion: nothing comes of it."""

from shared_layer.crm import suggesting
from shared_layer.crm.suggestion import TaskSuggestion
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint(
    "POST",
    "/api/xynergyos/v2/crm/task-suggestions/{suggestion_id}:dismiss",
    scope="crm:write",
    idempotency="optional",
    emits=("crm_task_suggestion_changed",),
)
async def dismiss_task_suggestion(suggestion_id: Id, caller: Caller, unit: Unit) -> TaskSuggestion:
    return await suggesting.dismiss(suggestion_id, caller, unit)
