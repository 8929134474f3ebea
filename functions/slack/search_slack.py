"""Search the workspace's messages: words, "phrases", -words, from:, in:, before:, after:, on:, has:file."""

from shared_layer.front_door import Caller, endpoint
from shared_layer.slack import search
from shared_layer.slack.search import FoundMessages, SearchQuery


@endpoint("GET", "/api/xynergyos/v2/slack/search", scope="slack:read")
async def search_slack(query: SearchQuery, caller: Caller) -> FoundMessages:
    return await search.search(query, caller)
