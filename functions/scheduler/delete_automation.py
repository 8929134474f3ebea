"""Delete an automation: a run that has begun goes on."""

from shared_layer.automations import automations
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint(
    "DELETE",
    "/api/v1/automations/{automation_id}",
    scope="automations:write",
    status=204,
    emits=("automation_changed",),
)
async def delete_automation(automation_id: Id, caller: Caller, unit: Unit) -> None:
    await automations.delete_automation(automation_id, caller, unit)
