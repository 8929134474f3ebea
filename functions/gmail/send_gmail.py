"""Send, draft or schedule a mail, or an answer to one.

It is taken here and handed to Gmail by a handler: GET /sends/{send_id} tells what became of it.
"""

from shared_layer.front_door import Caller, Resources, Unit, endpoint
from shared_layer.gmail import sending
from shared_layer.gmail.attachment import BODY_LIMIT
from shared_layer.gmail.sending import NewMail, Send


@endpoint(
    "POST",
    "/api/xynergyos/v2/gmail/send",
    scope="gmail:write",
    status=202,
    idempotency="optional",
    body_limit=BODY_LIMIT,
    emits=("gmail_message_due",),
    resources=Resources(memory=512),
)
async def send_gmail(new: NewMail, caller: Caller, unit: Unit) -> Send:
    return await sending.send_mail(new, caller, unit)
