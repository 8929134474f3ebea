"""Let a mail come to the made-up mailbox, as if somebody outside had written it; a connected mailbox refuses it."""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.gmail import arriving
from shared_layer.gmail.arriving import Delivered, IncomingMail


@endpoint(
    "POST",
    "/api/xynergyos/v2/gmail/mailboxes/{mailbox_id}:deliver",
    scope="gmail:write",
    status=202,
    idempotency="optional",
    emits=("gmail_history_due",),
)
async def deliver_made_up_mail(mailbox_id: Id, mail: IncomingMail, caller: Caller, unit: Unit) -> Delivered:
    return await arriving.deliver(mailbox_id, mail, caller, unit)
