"""List threads with whose answer is awaited, and for how many days."""

from shared_layer.front_door import Caller, Page, endpoint
from shared_layer.gmail import reading
from shared_layer.gmail.reading import ThreadQuery, ThreadView


@endpoint("GET", "/api/xynergyos/v2/gmail/threads", scope="gmail:read")
async def list_gmail_threads(query: ThreadQuery, caller: Caller) -> Page[ThreadView]:
    return await reading.list_threads(query, caller)
