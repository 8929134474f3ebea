"""Get one person of the workspace."""

from shared_layer.front_door import Caller, endpoint
from shared_layer.slack import reading
from shared_layer.slack.message import UserId
from shared_layer.slack.reading import UserView


@endpoint("GET", "/api/xynergyos/v2/slack/users/{user_id}", scope="slack:read")
async def get_slack_user(user_id: UserId, caller: Caller) -> UserView:
    return await reading.get_user(user_id, caller)
