"""Post a message to Slack, at once or at a time, in a channel or as a reply.

It is taken here and posted by a handler: GET /messages/{message_id} tells what became of it.
"""

from shared_layer.front_door import Caller, Unit, endpoint
from shared_layer.slack import outgoing
from shared_layer.slack.outgoing import NewMessage, Outgoing


@endpoint(
    "POST",
    "/api/xynergyos/v2/slack/messages",
    scope="slack:write",
    status=202,
    idempotency="optional",
    emits=("slack_message_due",),
)
async def post_slack_message(new: NewMessage, caller: Caller, unit: Unit) -> Outgoing:
    return await outgoing.post_message(new, caller, unit)
