"""Mail that comes to the made-up mailbox: left there by a call, found by its history like any other.

So a tenant without Gmail sees what becomes of a mail, and tests its automations, before anybody connects anything.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from email.utils import formataddr
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import AwareDatetime, ConfigDict, EmailStr, Field, StringConstraints

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import IllegalTransition, NotFound, ValidationFailed
from shared_layer.core.ids import Id
from shared_layer.core.models import Model
from shared_layer.gmail.mailbox import Mailbox, readable_mailboxes
from shared_layer.gmail.message import own_id
from shared_layer.gmail.reading import readable_message
from shared_layer.gmail.sending import Line, in_answer
from shared_layer.messaging.events.gmail import GmailHistoryDue
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_collection, tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "gmail_arrivals"
OVERLAP: Final = timedelta(minutes=1)
"""How far behind its cursor the history is told again: two mails that come at once may be kept the other way round."""

PAGE: Final = 100


class IncomingMail(Model):
    """A mail as somebody outside writes it. `answers` names a mail of the mailbox: this one joins its thread."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "sender": "ada@engine.example",
                    "sender_name": "Ada Lovelace",
                    "subject": "Your prices",
                    "text": "Hello,\n\nwhat would a yearly plan cost?\n\nAda",
                }
            ]
        }
    )

    sender: EmailStr
    sender_name: Line = ""
    subject: Line = ""
    text: Annotated[str, StringConstraints(min_length=1, max_length=100_000)]
    sent_at: AwareDatetime | None = Field(default=None, description="When it was written; now where it is left out.")
    answers: Id | None = Field(default=None, examples=["gml_0123456789abcdef01234567"])


class Delivered(Model):
    """Where the mail will be found once the mailbox's history was read, a moment later."""

    message_id: str
    thread_id: str


def arrival_document(tenant_id: str, gmail_id: str) -> AsyncDocumentReference:
    """A mail that came to the made-up mailbox, as Gmail's resource."""
    return tenant_document(tenant_id, COLLECTION, gmail_id)


async def deliver(mailbox_id: Id, mail: IncomingMail, caller: Caller, unit: Unit) -> Delivered:
    """Stage a mail to the made-up mailbox. Raises NotFound, IllegalTransition for a mailbox that Google keeps."""
    mailbox = next((one for one in await readable_mailboxes(caller) if one.id == mailbox_id), None)
    if mailbox is None:
        raise NotFound()
    if mailbox.mode == "live":
        raise IllegalTransition("Mail comes to this mailbox through Google. Only the made-up one takes it from here.")
    moment = clock.utcnow()
    if mail.sent_at is not None and mail.sent_at > moment:
        raise ValidationFailed("sent_at lies in the future.")
    resource = await _resource(mail, mailbox, moment, caller)
    unit.create(
        arrival_document(unit.tenant_id, resource["id"]),
        {"mailbox_id": mailbox.id, "history_us": int(resource["historyId"]), "resource": resource},
    )
    unit.emit(GmailHistoryDue(mailbox_id=mailbox.id, history_id="0"))
    return Delivered(
        message_id=own_id("gml", mailbox.id, resource["id"]), thread_id=own_id("gth", mailbox.id, resource["threadId"])
    )


async def _resource(mail: IncomingMail, mailbox: Mailbox, moment: datetime, caller: Caller) -> dict[str, Any]:
    from shared_layer.gmail.mock import payload_of

    gmail_id = secrets.token_hex(8)
    headers = {
        "From": formataddr((mail.sender_name, str(mail.sender))),
        "To": mailbox.email,
        "Subject": mail.subject,
        "Message-ID": f"<{gmail_id}@{str(mail.sender).rpartition('@')[2]}>",
    }
    thread = gmail_id
    if mail.answers is not None:
        answered = await readable_message(mail.answers, caller)
        if answered.mailbox_id != mailbox.id:
            raise NotFound("answers names a mail of another mailbox.")
        thread = answered.gmail_thread_id
        headers |= {
            "In-Reply-To": answered.message_id,
            "References": " ".join([*answered.references, answered.message_id]),
            "Subject": mail.subject or in_answer(answered.subject),
        }
    return {
        "id": gmail_id,
        "threadId": thread,
        "labelIds": ["INBOX", "UNREAD"],
        "snippet": mail.text[:100],
        "historyId": str(int(moment.timestamp() * 1_000_000)),
        "internalDate": str(int((mail.sent_at or moment).timestamp() * 1000)),
        "payload": payload_of({"text": mail.text}, headers),
    }


async def arrived(tenant_id: str, gmail_id: str) -> dict[str, Any] | None:
    """A mail that came, as Gmail's resource."""
    found = (await arrival_document(tenant_id, gmail_id).get()).to_dict()
    return found["resource"] if found else None


async def arrived_since(tenant_id: str, mailbox_id: str, history_id: int) -> list[dict[str, Any]]:
    """The mails that came since a minute before a history id, oldest first, at most 100."""
    from google.cloud.firestore import FieldFilter

    since = history_id - int(OVERLAP.total_seconds() * 1_000_000)
    found = (
        tenant_collection(tenant_id, COLLECTION)
        .where(filter=FieldFilter("mailbox_id", "==", mailbox_id))
        .where(filter=FieldFilter("history_us", ">", since))
        .order_by("history_us")
        .limit(PAGE)
    )
    return [(one.to_dict() or {})["resource"] for one in await found.get()]
