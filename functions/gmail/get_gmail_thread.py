"""Get a thread with its mails and its participants' contacts."""

from shared_layer.front_door import Caller, Id, endpoint
from shared_layer.gmail import reading
from shared_layer.gmail.reading import WholeThread


@endpoint("GET", "/api/xynergyos/v2/gmail/threads/{thread_id}", scope="gmail:read")
async def get_gmail_thread(thread_id: Id, caller: Caller) -> WholeThread:
    return await reading.get_thread(thread_id, caller)
