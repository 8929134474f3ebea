"""Tell what became of a mail that was to be sent."""

from shared_layer.front_door import Caller, Id, endpoint
from shared_layer.gmail import sending
from shared_layer.gmail.sending import Send


@endpoint("GET", "/api/xynergyos/v2/gmail/sends/{send_id}", scope="gmail:read")
async def get_gmail_send(send_id: Id, caller: Caller) -> Send:
    return await sending.get_send(send_id, caller)
