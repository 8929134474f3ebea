"""What others than its owner see of a mailbox, changed by its owner."""

from __future__ import annotations

from shared_layer.core.caller import Caller
from shared_layer.core.errors import NotFound, VersionMismatch
from shared_layer.core.ids import Id
from shared_layer.core.models import Model
from shared_layer.gmail.mailbox import Visibility, mailbox_document, owner_of, stored_mailbox
from shared_layer.gmail.status import MailboxStatus, mailbox_status
from shared_layer.messaging.events.gmail import GmailMailboxShared
from shared_layer.messaging.unit import Unit


class MailboxChanges(Model):
    """What may be changed. Mail that comes from now on is told as `visibility` says; the timeline keeps what it has."""

    visibility: Visibility


async def update_mailbox(
    mailbox_id: Id, changes: MailboxChanges, version: int, caller: Caller, unit: Unit
) -> MailboxStatus:
    """Stage a change of the caller's own mailbox as of `version`. Raises NotFound, VersionMismatch."""
    mailbox = await stored_mailbox(caller.tenant_id, mailbox_id)
    if mailbox is None or mailbox.owner != owner_of(caller):
        raise NotFound()
    if mailbox.version != version:
        raise VersionMismatch()
    mailbox.visibility = changes.visibility
    unit.replace(mailbox_document(caller.tenant_id, mailbox_id), mailbox)
    unit.emit(GmailMailboxShared(mailbox_id=mailbox.id, visibility=mailbox.visibility))
    return mailbox_status(mailbox, caller)
