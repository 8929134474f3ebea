"""Mail and threads as callers see them: of the mailboxes that they may read, and of no other."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import NotFound
from shared_layer.core.ids import Id
from shared_layer.core.models import Model, Page, PageQuery
from shared_layer.crm import identity, people
from shared_layer.gmail.mailbox import readable_mailboxes
from shared_layer.gmail.message import COLLECTION, Attachment, Message, message_document
from shared_layer.gmail.thread import COLLECTION as THREADS
from shared_layer.gmail.thread import Owes, Thread, thread_document
from shared_layer.messaging.events.gmail import MailAddress, SignatureDetails
from shared_layer.storage.documents import page, read, tenant_collection

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncQuery

MESSAGES_SHOWN = 200


class Participant(MailAddress):
    """Somebody whom a header names, with the contact of the CRM who has the address."""

    contact_id: str | None = None


class MailView(Model):
    """A mail, taken apart. Pictures are never fetched; `trackers` of them were there to report that it was read."""

    id: str
    thread_id: str
    mailbox_id: str
    sender: Participant
    to: list[Participant]
    cc: list[Participant]
    subject: str
    sent_at: datetime
    direction: str
    automated: bool
    labels: list[str]
    text: str = Field(description="What the author wrote.")
    quoted: str
    signature: str
    details: SignatureDetails | None
    attachments: list[Attachment]
    remote_images: int
    trackers: int


class ThreadView(Model):
    """A thread: `owes` is whose answer is awaited, `days_waiting` since how many days."""

    id: str
    mailbox_id: str
    subject: str
    participants: list[Participant]
    messages: int
    last_message_at: datetime
    owes: Owes
    waiting_since: datetime | None
    days_waiting: int | None


class WholeThread(ThreadView):
    """A thread with its mails, oldest first, at most 200."""

    items: list[MailView]


class MessageQuery(PageQuery):
    """Which mails."""

    mailbox_id: Id | None = None
    direction: Literal["inbound", "outbound"] | None = None
    since: AwareDatetime | None = None


class ThreadQuery(PageQuery):
    """Which threads: those in which `owes` has to answer, for at least `days` days."""

    mailbox_id: Id | None = None
    owes: Owes | None = None
    days: Annotated[int, Field(ge=0, le=3650)] | None = None


async def list_messages(query: MessageQuery, caller: Caller) -> Page[MailView]:
    """The mails that the caller may read, newest first. Raises NotFound for a mailbox that is not the caller's."""
    from google.cloud.firestore import FieldFilter

    found = await of_readable(COLLECTION, query.mailbox_id, caller)
    if found is None:
        return Page[MailView](items=[])
    if query.direction:
        found = found.where(filter=FieldFilter("direction", "==", query.direction))
    if query.since:
        found = found.where(filter=FieldFilter("sent_at", ">=", query.since))
    listed = await page(found, Message, query, ["-sent_at"])
    return Page[MailView](items=await views(listed.items, caller.tenant_id), next_cursor=listed.next_cursor)


async def get_message(message_id: str, caller: Caller) -> MailView:
    """One mail. Raises NotFound, also for one of a mailbox that the caller may not read."""
    message = await readable_message(message_id, caller)
    return (await views([message], caller.tenant_id))[0]


async def readable_message(message_id: str, caller: Caller) -> Message:
    """One mail of the index that the caller may read. Raises NotFound."""
    mailboxes = {one.id for one in await readable_mailboxes(caller)}
    message = await read(message_document(caller.tenant_id, message_id), Message)
    if message.mailbox_id not in mailboxes:
        raise NotFound()
    return message


async def list_threads(query: ThreadQuery, caller: Caller) -> Page[ThreadView]:
    """Threads; with `owes` those that wait longest first, else the newest first. Raises NotFound."""
    from google.cloud.firestore import FieldFilter

    found = await of_readable(THREADS, query.mailbox_id, caller)
    if found is None:
        return Page[ThreadView](items=[])
    order = "-last_message_at"
    if query.owes:
        found = found.where(filter=FieldFilter("owes", "==", query.owes))
    if query.days is not None or query.owes in ("us", "them"):
        before = clock.utcnow() - timedelta(days=query.days or 0)
        found, order = found.where(filter=FieldFilter("waiting_since", "<=", before)), "waiting_since"
    listed = await page(found, Thread, query, [order])
    contacts = await _contacts([one for thread in listed.items for one in thread.people], caller.tenant_id)
    items = [ThreadView(**_told(thread, contacts)) for thread in listed.items]
    return Page[ThreadView](items=items, next_cursor=listed.next_cursor)


async def get_thread(thread_id: str, caller: Caller) -> WholeThread:
    """A thread with its mails. Raises NotFound."""
    from google.cloud.firestore import FieldFilter

    mailboxes = {one.id for one in await readable_mailboxes(caller)}
    thread = await read(thread_document(caller.tenant_id, thread_id), Thread)
    if thread.mailbox_id not in mailboxes:
        raise NotFound()
    found = tenant_collection(caller.tenant_id, COLLECTION).where(filter=FieldFilter("thread_id", "==", thread_id))
    mails = [Message.model_validate(one.to_dict()) for one in await found.limit(MESSAGES_SHOWN).get()]
    contacts = await _contacts(thread.people, caller.tenant_id)
    items = await views(sorted(mails, key=lambda one: one.sent_at), caller.tenant_id)
    return WholeThread(**_told(thread, contacts), items=items)


async def of_readable(collection: str, mailbox_id: str | None, caller: Caller) -> AsyncQuery | None:
    """A query over what lies in the caller's mailboxes, or in one of them; None where there is none to read."""
    from google.cloud.firestore import FieldFilter

    readable = [one.id for one in await readable_mailboxes(caller)]
    if mailbox_id is not None and mailbox_id not in readable:
        raise NotFound("There is no mailbox to read under that id. GET /status lists them.")
    wanted = [mailbox_id] if mailbox_id else readable
    if not wanted:
        return None
    if collection == COLLECTION:
        found = tenant_collection(caller.tenant_id, COLLECTION)
    else:
        found = tenant_collection(caller.tenant_id, THREADS)
    query: AsyncQuery = found.where(filter=FieldFilter("mailbox_id", "in", wanted))
    return query


async def views(messages: list[Message], tenant_id: str) -> list[MailView]:
    """Mails with their people linked to contacts: one batched read."""
    contacts = await _contacts([one for message in messages for one in message.people], tenant_id)
    return [_view(message, contacts) for message in messages]


def _view(message: Message, contacts: dict[str, str]) -> MailView:
    told: dict[str, Any] = message.model_dump(include=set(MailView.model_fields) - {"sender", "to", "cc"})
    return MailView(
        **told,
        sender=_participant(message.sender, contacts),
        to=[_participant(one, contacts) for one in message.to],
        cc=[_participant(one, contacts) for one in message.cc],
    )


def _told(thread: Thread, contacts: dict[str, str]) -> dict[str, Any]:
    since = thread.waiting_since
    return {
        **thread.model_dump(include=set(ThreadView.model_fields) - {"participants", "days_waiting"}),
        "participants": [_participant(one, contacts) for one in thread.people],
        "days_waiting": max(0, (clock.utcnow() - since).days) if since else None,
    }


def _participant(one: MailAddress, contacts: dict[str, str]) -> Participant:
    return Participant(email=one.email, name=one.name, contact_id=contacts.get(one.email))


async def _contacts(named: list[MailAddress], tenant_id: str) -> dict[str, str]:
    """The contact's id for each address that a contact has."""
    wanted = {one.email: identity.email_identity(one.email) for one in named}
    owners = await people.owners(tenant_id, list(dict.fromkeys(wanted.values())))
    return {email: owners[one].contact_id for email, one in wanted.items() if one in owners}
