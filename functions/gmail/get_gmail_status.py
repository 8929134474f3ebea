"""Tell how the mailboxes are: token, watch, and how far behind the index is."""

from shared_layer.front_door import Caller, endpoint
from shared_layer.gmail import status
from shared_layer.gmail.status import GmailStatus


@endpoint("GET", "/api/xynergyos/v2/gmail/status", scope="gmail:read")
async def get_gmail_status(caller: Caller) -> GmailStatus:
    return await status.gmail_status(caller)
