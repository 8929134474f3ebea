"""List mail, newest first, taken apart: the author's own text, the quote and the signature."""

from shared_layer.front_door import Caller, Page, endpoint
from shared_layer.gmail import reading
from shared_layer.gmail.reading import MailView, MessageQuery


@endpoint("GET", "/api/xynergyos/v2/gmail/messages", scope="gmail:read")
async def list_gmail_messages(query: MessageQuery, caller: Caller) -> Page[MailView]:
    return await reading.list_messages(query, caller)
