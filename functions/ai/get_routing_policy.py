"""Get the tenant's routing policy, with the threshold that is calibrated to its target."""

from shared_layer.ai.routing import policy_store
from shared_layer.ai.routing.policy import RoutingPolicyView
from shared_layer.front_door import Caller, endpoint


@endpoint("GET", "/api/v1/ai/routing-policy", scope="ai:use")
async def get_routing_policy(caller: Caller) -> RoutingPolicyView:
    return await policy_store.get_policy(caller)
