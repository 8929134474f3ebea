"""Tell what became of a message that was to be posted."""

from shared_layer.front_door import Caller, Id, endpoint
from shared_layer.slack import outgoing
from shared_layer.slack.outgoing import Outgoing


@endpoint("GET", "/api/xynergyos/v2/slack/messages/{message_id}", scope="slack:read")
async def get_slack_message(message_id: Id, caller: Caller) -> Outgoing:
    return await outgoing.get_outgoing(message_id, caller)
