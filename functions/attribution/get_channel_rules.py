"""Get the tenant's channel rules, and GA4's channels that follow them."""

from shared_layer.attribution.channels import rule_store
from shared_layer.attribution.channels.rule_store import ChannelRulesView
from shared_layer.front_door import Caller, endpoint


@endpoint("GET", "/api/v1/attribution/channel-rules", scope="attribution:read")
async def get_channel_rules(caller: Caller) -> ChannelRulesView:
    return await rule_store.get_rules(caller)
