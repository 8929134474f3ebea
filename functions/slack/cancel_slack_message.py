"""Cancel a scheduled message."""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.slack import outgoing
from shared_layer.slack.outgoing import Outgoing


@endpoint("DELETE", "/api/xynergyos/v2/slack/messages/{message_id}", scope="slack:write")
async def cancel_slack_message(message_id: Id, caller: Caller, unit: Unit) -> Outgoing:
    return await outgoing.cancel_outgoing(message_id, caller, unit)
