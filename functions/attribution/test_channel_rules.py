"""Try an address and a referrer against the channel rules, or a draft of them: which channel, and why.

Nothing is kept.
"""

from shared_layer.attribution.channels import trying
from shared_layer.attribution.channels.rules import Classified
from shared_layer.attribution.channels.trying import ChannelTrial
from shared_layer.front_door import Caller, endpoint


@endpoint("POST", "/api/v1/attribution/channel-rules:test", scope="attribution:read")
async def test_channel_rules(trial: ChannelTrial, caller: Caller) -> Classified:
    return await trying.try_rules(trial, caller)
