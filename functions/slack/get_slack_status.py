"""Tell how the connection to Slack is: connected, degraded or mock, scopes that are missing, the last event's age."""

from shared_layer.front_door import Caller, endpoint
from shared_layer.slack import status
from shared_layer.slack.status import SlackStatus


@endpoint("GET", "/api/xynergyos/v2/slack/status", scope="slack:read")
async def get_slack_status(caller: Caller) -> SlackStatus:
    return await status.slack_status(caller)
