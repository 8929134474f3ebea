"""Write a policy in Cedar; each version is kept.

With `dry_run=1` nothing is written: the answer lists which of the last 1,000 decisions of `authz:check`, and of the
last 1,000 calls of this API, would flip. Calls are remembered from the tenant's first policy on: to try that one, write
it with `enabled: false` first.
"""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.governance.authorization import PolicyOutcome, try_policy
from shared_layer.governance.policy import PolicyMode, PolicyText
from shared_layer.governance.policy import put_policy as put


@endpoint("PUT", "/api/v1/policies/{policy_id}", scope="governance:write", deadline=30, emits=("policy_changed",))
async def put_policy(policy_id: Id, text: PolicyText, mode: PolicyMode, caller: Caller, unit: Unit) -> PolicyOutcome:
    if mode.dry_run:
        return await try_policy(policy_id, text, caller)
    return PolicyOutcome(policy=await put(policy_id, text, caller, unit), dry_run=False)
