"""Find the person of the workspace who has an address."""

from shared_layer.front_door import Caller, endpoint
from shared_layer.slack import reading
from shared_layer.slack.reading import EmailQuery, UserView


@endpoint("GET", "/api/xynergyos/v2/slack/users:lookup", scope="slack:read")
async def lookup_slack_user(query: EmailQuery, caller: Caller) -> UserView:
    return await reading.lookup_user(query.email, caller)
