"""List the workspace's channels, by name."""

from shared_layer.front_door import Caller, Page, PageQuery, endpoint
from shared_layer.slack import reading
from shared_layer.slack.directory import Channel


@endpoint("GET", "/api/xynergyos/v2/slack/channels", scope="slack:read")
async def list_slack_channels(query: PageQuery, caller: Caller) -> Page[Channel]:
    return await reading.list_channels(query, caller)
