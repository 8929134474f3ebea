"""Change what others than its owner see of a mailbox."""

from shared_layer.front_door import Caller, Id, IfMatch, Unit, endpoint
from shared_layer.gmail import sharing
from shared_layer.gmail.sharing import MailboxChanges
from shared_layer.gmail.status import MailboxStatus


@endpoint(
    "PATCH",
    "/api/xynergyos/v2/gmail/mailboxes/{mailbox_id}",
    scope="gmail:write",
    emits=("gmail_mailbox_shared",),
)
async def update_gmail_mailbox(
    mailbox_id: Id, changes: MailboxChanges, version: IfMatch, caller: Caller, unit: Unit
) -> MailboxStatus:
    return await sharing.update_mailbox(mailbox_id, changes, version, caller, unit)
