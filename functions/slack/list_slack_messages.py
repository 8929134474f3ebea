"""List a channel's messages, newest first, each with its thread rolled up."""

from shared_layer.front_door import Caller, Page, endpoint
from shared_layer.slack import reading
from shared_layer.slack.message import ChannelId
from shared_layer.slack.reading import MessageQuery, SlackMessageView


@endpoint("GET", "/api/xynergyos/v2/slack/channels/{channel_id}/messages", scope="slack:read")
async def list_slack_messages(channel_id: ChannelId, query: MessageQuery, caller: Caller) -> Page[SlackMessageView]:
    return await reading.list_messages(channel_id, query, caller)
