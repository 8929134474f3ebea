"""Write the tenant's routing policy: its target, who may answer, and what else may save; each version is kept.

The threshold of the new target is calibrated at once, on the tenant's own outcomes where there are enough of them.
"""

from shared_layer.ai.routing import policy_store
from shared_layer.ai.routing.policy import RoutingPolicyText, RoutingPolicyView
from shared_layer.front_door import Caller, IfMatch, Unit, endpoint


@endpoint("PUT", "/api/v1/ai/routing-policy", scope="ai:manage", tier="expensive", emits=("routing_policy_changed",))
async def put_routing_policy(
    policy: RoutingPolicyText, version: IfMatch, caller: Caller, unit: Unit
) -> RoutingPolicyView:
    return await policy_store.put_policy(policy, version, caller, unit)
