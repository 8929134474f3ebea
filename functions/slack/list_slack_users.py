"""List the workspace's people, each with its contact in the CRM."""

from shared_layer.front_door import Caller, Page, PageQuery, endpoint
from shared_layer.slack import reading
from shared_layer.slack.reading import UserView


@endpoint("GET", "/api/xynergyos/v2/slack/users", scope="slack:read")
async def list_slack_users(query: PageQuery, caller: Caller) -> Page[UserView]:
    return await reading.list_users(query, caller)
