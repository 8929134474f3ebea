"""Write the tenant's channel rules, looked at in order before GA4's; what was before is classified anew as a task.

`If-Match` is the version that was read, 1 where no rules were written yet. Each version is kept.
"""

from shared_layer.attribution.channels import rule_store
from shared_layer.attribution.channels.rule_store import ChannelRulesView
from shared_layer.attribution.channels.rules import ChannelRulesText
from shared_layer.front_door import Caller, IfMatch, Unit, endpoint
from shared_layer.runtime.tasks import start_task


@endpoint(
    "PUT",
    "/api/v1/attribution/channel-rules",
    scope="attribution:write",
    emits=("channel_rules_changed", "task_step_due"),
)
async def put_channel_rules(rules: ChannelRulesText, version: IfMatch, caller: Caller, unit: Unit) -> ChannelRulesView:
    return await rule_store.put_rules(rules, version, caller, unit, start_task)
