"""Disconnect a mailbox: its token and its mail are forgotten."""

from shared_layer.front_door import Caller, Id, Unit, endpoint
from shared_layer.gmail import connecting


@endpoint(
    "DELETE",
    "/api/xynergyos/v2/gmail/mailboxes/{mailbox_id}",
    scope="gmail:write",
    status=204,
    emits=("gmail_mailbox_disconnected",),
)
async def disconnect_gmail(mailbox_id: Id, caller: Caller, unit: Unit) -> None:
    await connecting.disconnect(mailbox_id, caller, unit)
