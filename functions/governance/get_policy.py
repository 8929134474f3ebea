"""Get a policy as it is in force."""

from shared_layer.front_door import Caller, Id, endpoint
from shared_layer.governance.policy import Policy
from shared_layer.governance.policy import get_policy as get


@endpoint("GET", "/api/v1/policies/{policy_id}", scope="governance:read")
async def get_policy(policy_id: Id, caller: Caller) -> Policy:
    return await get(policy_id, caller)
