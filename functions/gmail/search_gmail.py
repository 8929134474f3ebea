"""Search mail with Gmail's operators: from:, to:, subject:, filename:, has:attachment, in:, before:, newer_than:, …"""

from shared_layer.front_door import Caller, endpoint
from shared_layer.gmail import search
from shared_layer.gmail.search import FoundMails, SearchQuery


@endpoint("GET", "/api/xynergyos/v2/gmail/search", scope="gmail:read")
async def search_gmail(query: SearchQuery, caller: Caller) -> FoundMails:
    return await search.search(query, caller)
