"""Try an automation on a real event of the past: which condition failed, and the actions as they would be.

Nothing is sent, written or counted against a quota of what the actions would use.
"""

from shared_layer.automations.trying import Trial, TrialRequest, try_automation
from shared_layer.front_door import Caller, Id, endpoint


@endpoint("POST", "/api/v1/automations/{automation_id}:test", scope="automations:read")
async def test_automation(automation_id: Id, wanted: TrialRequest, caller: Caller) -> Trial:
    return await try_automation(automation_id, wanted, caller)
