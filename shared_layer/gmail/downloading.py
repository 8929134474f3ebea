"""The files that came with a mail, read from Gmail when somebody asks for one; none is kept here."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import quote

from pydantic import BeforeValidator, Field

from shared_layer.core.caller import Caller
from shared_layer.core.errors import NotFound, ProviderFailed, Unavailable
from shared_layer.core.models import Query, whole_number
from shared_layer.gmail.api import GmailError, call
from shared_layer.gmail.mailbox import Mailbox, stored_mailbox
from shared_layer.gmail.message import Attachment, Message, attachments_of
from shared_layer.gmail.reading import readable_message

CHUNK: Final = 256 << 10


class WhichAttachment(Query):
    """Which file of a mail: its place in the mail's list, from 1."""

    number: Annotated[int, BeforeValidator(whole_number), Field(ge=1, le=50)] = 1


@dataclass(frozen=True, slots=True)
class File:
    """A file with what a browser is told of it: that it is saved, whatever it says it is, and never run."""

    data: bytes
    headers: dict[str, str]

    async def chunks(self) -> AsyncIterator[bytes]:
        """The file in parts."""
        for start in range(0, len(self.data), CHUNK):
            yield self.data[start : start + CHUNK]


async def _named_now(message: Message, mailbox: Mailbox, path: str, tenant_id: str) -> list[Attachment]:
    """Gmail names an attachment anew at each reading: the name in the index may have died since."""
    if mailbox.mode == "mock":
        return message.attachments
    return attachments_of(await call(mailbox, tenant_id, "GET", path, params={"format": "full"}))


async def download(message_id: str, number: int, caller: Caller) -> File:
    """The attachment of a mail at that place of its list, from 1. Raises NotFound, ProviderFailed, Unavailable."""
    message = await readable_message(message_id, caller)
    mailbox = await stored_mailbox(caller.tenant_id, message.mailbox_id)
    if mailbox is None or not 1 <= number <= len(message.attachments):
        raise NotFound("The mail has no such attachment. Its attachments are numbered from 1.")
    path = f"/messages/{message.gmail_id}"
    try:
        fresh = await _named_now(message, mailbox, path, caller.tenant_id)
        if len(fresh) < number:
            raise NotFound()
        told = await call(mailbox, caller.tenant_id, "GET", f"{path}/attachments/{fresh[number - 1].attachment_id}")
    except GmailError as error:
        if error.status == 404:
            raise NotFound("The mail was deleted in Gmail.") from None
        failure = Unavailable if error.passing else ProviderFailed
        raise failure(f"Gmail does not give the file: {error.reason}.") from error
    data = base64.urlsafe_b64decode(str(told["data"]) + "=" * (-len(str(told["data"])) % 4))
    name = quote(message.attachments[number - 1].name, safe="")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "Content-Length": str(len(data)),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    return File(data, headers)
