"""Mail to be sent, drafted or scheduled: taken by a command, handed to Gmail by a handler."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import AwareDatetime, ConfigDict, EmailStr, Field, StringConstraints

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import NotFound, ValidationFailed
from shared_layer.core.ids import Id, new_id
from shared_layer.core.models import Model, empty_list
from shared_layer.gmail.attachment import BYTES_AT_MOST, FILES_AT_MOST, KeptAttachment, NewAttachment, keep
from shared_layer.gmail.mailbox import Mailbox, readable_mailboxes, writable_mailbox
from shared_layer.gmail.message import Message
from shared_layer.gmail.reading import readable_message
from shared_layer.gmail.suppression import suppressed
from shared_layer.messaging.departing import Departing
from shared_layer.messaging.events.gmail import GmailMessageDue
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import read, tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "gmail_sends"
AHEAD_AT_MOST: Final = timedelta(days=365)
Line = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\r\n\x00]*$")]


class NewMail(Model):
    """A mail: new, or with `reply_to_message_id` an answer to one, in its thread."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"to": ["jonas.weber@harborcoffee.example"], "subject": "Your offer", "text": "Thank you!"}]
        }
    )

    to: Annotated[list[EmailStr], Field(max_length=50, examples=[["jonas.weber@harborcoffee.example"]])] = Field(
        default_factory=empty_list, description="May be left out in an answer: it goes to whoever wrote."
    )
    cc: Annotated[list[EmailStr], Field(max_length=50)] = Field(default_factory=empty_list)
    bcc: Annotated[list[EmailStr], Field(max_length=50)] = Field(default_factory=empty_list)
    subject: Line = Field(
        default="", examples=["Your offer"], description="Left out in an answer: Re: and the subject."
    )
    text: Annotated[str, StringConstraints(min_length=1, max_length=100_000)]
    attachments: Annotated[list[NewAttachment], Field(max_length=FILES_AT_MOST)] = Field(
        default_factory=empty_list, description=f"At most {BYTES_AT_MOST >> 20} MiB together."
    )
    reply_to_message_id: Id | None = Field(default=None, examples=["gml_0123456789abcdef01234567"])
    mode: Literal["send", "draft", "schedule"] = "send"
    send_at: AwareDatetime | None = Field(default=None, description="When; for `schedule` alone.")
    mailbox_id: Id | None = Field(default=None, examples=["mbx_00000000000000000000"])


class Send(Departing):
    """A mail on its way. `error` says why it failed or waits."""

    TIME = "send_at"

    mailbox_id: str
    to: list[str]
    cc: list[str]
    bcc: list[str]
    subject: str
    text: str
    attachments: list[KeptAttachment] = Field(default_factory=empty_list)
    mode: Literal["send", "draft", "schedule"]
    send_at: datetime | None = None
    in_reply_to: str | None = None
    references: list[str] = Field(default_factory=empty_list)
    gmail_thread_id: str | None = None
    draft_id: str | None = None
    message_id: str | None = None
    created_by: str

    @property
    def recipients(self) -> list[str]:
        """All of them."""
        return [*self.to, *self.cc, *self.bcc]


def send_document(tenant_id: str, send_id: str) -> AsyncDocumentReference:
    """A mail on its way."""
    return tenant_document(tenant_id, COLLECTION, send_id)


async def send_mail(new: NewMail, caller: Caller, unit: Unit) -> Send:
    """Stage a mail. Raises ValidationFailed, NotFound for a mailbox or a mail that the caller may not use."""
    answered = await readable_message(new.reply_to_message_id, caller) if new.reply_to_message_id else None
    mailbox = await writable_mailbox(answered.mailbox_id if answered else new.mailbox_id, caller)
    to = [str(one).lower() for one in new.to] or (_answers(answered, mailbox) if answered else [])
    _check(new, to)
    everybody = [*to, *map(str, new.cc), *map(str, new.bcc)]
    if refused := await suppressed(everybody, caller.tenant_id):
        raise ValidationFailed("These addresses get no mail from here: " + ", ".join(refused), suppressed=refused)
    moment, send_id = clock.utcnow(), new_id("gsd")
    send = Send(
        id=send_id,
        mailbox_id=mailbox.id,
        to=to,
        cc=[str(one).lower() for one in new.cc],
        bcc=[str(one).lower() for one in new.bcc],
        subject=new.subject or (in_answer(answered.subject) if answered else ""),
        text=new.text,
        attachments=await keep(caller.tenant_id, send_id, new.attachments),
        mode=new.mode,
        state="waiting" if new.mode == "schedule" else "queued",
        send_at=new.send_at,
        in_reply_to=answered.message_id or None if answered else None,
        references=_references(answered) if answered else [],
        gmail_thread_id=answered.gmail_thread_id if answered else None,
        created_by=caller.principal,
        created_at=moment,
        updated_at=moment,
    )
    unit.create(send_document(caller.tenant_id, send.id), send.model_dump())
    if send.state == "queued":
        unit.emit(GmailMessageDue(send_id=send.id))
    return send


async def get_send(send_id: str, caller: Caller) -> Send:
    """A mail on its way, from a mailbox that the caller may read. Raises NotFound."""
    send = await read(send_document(caller.tenant_id, send_id), Send)
    if send.mailbox_id not in {one.id for one in await readable_mailboxes(caller)}:
        raise NotFound()
    return send


async def cancel_send(send_id: str, caller: Caller, unit: Unit) -> Send:
    """Stage that a mail that waits is not sent. Raises NotFound, IllegalTransition."""
    send = await get_send(send_id, caller)
    send.cancel("mail")
    unit.replace(send_document(caller.tenant_id, send_id), send)
    return send


def _check(new: NewMail, to: list[str]) -> None:
    if not to:
        raise ValidationFailed("Name at least one recipient in to.")
    if not new.subject and not new.reply_to_message_id:
        raise ValidationFailed("A new mail needs a subject.")
    if (new.mode == "schedule") != (new.send_at is not None):
        raise ValidationFailed("send_at belongs to mode schedule, and mode schedule needs send_at.")
    moment = clock.utcnow()
    if new.send_at and not moment < new.send_at <= moment + AHEAD_AT_MOST:
        raise ValidationFailed("send_at lies in the past, or more than a year ahead.")


def _answers(answered: Message, mailbox: Mailbox) -> list[str]:
    """Whom an answer goes to: Reply-To, else the author; of our own mail, those whom it went to."""
    if answered.direction == "outbound":
        return [one.email for one in answered.to if one.email != mailbox.email]
    return [(answered.reply_to or answered.sender).email]


def in_answer(subject: str) -> str:
    """The subject of an answer."""
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def _references(answered: Message) -> list[str]:
    """RFC 5322, 3.6.4: the references of the mail that is answered, then its own id; the middle goes first."""
    if not answered.message_id:
        return answered.references
    found = [one for one in answered.references if one != answered.message_id]
    return [*found[:1], *found[1:][-18:], answered.message_id]
