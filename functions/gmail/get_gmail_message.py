"""Get one mail, taken apart."""

from shared_layer.front_door import Caller, Id, endpoint
from shared_layer.gmail import reading
from shared_layer.gmail.reading import MailView


@endpoint("GET", "/api/xynergyos/v2/gmail/messages/{message_id}", scope="gmail:read")
async def get_gmail_message(message_id: Id, caller: Caller) -> MailView:
    return await reading.get_message(message_id, caller)
