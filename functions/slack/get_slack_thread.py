"""Get a whole thread, with its authors."""

from shared_layer.front_door import Caller, endpoint
from shared_layer.slack import reading
from shared_layer.slack.message import ChannelId, Timestamp
from shared_layer.slack.reading import Thread


@endpoint("GET", "/api/xynergyos/v2/slack/channels/{channel_id}/threads/{thread_ts}", scope="slack:read")
async def get_slack_thread(channel_id: ChannelId, thread_ts: Timestamp, caller: Caller) -> Thread:
    return await reading.get_thread(channel_id, thread_ts, caller)
