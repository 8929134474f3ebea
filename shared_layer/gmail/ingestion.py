"""Mail taken into the index: each once, its thread brought up to date, and others told as far as the mailbox allows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from shared_layer.core import clock
from shared_layer.gmail.api import GmailError, call
from shared_layer.gmail.mailbox import Mailbox
from shared_layer.gmail.message import Message, is_mail, message_document, own_id, read_message
from shared_layer.gmail.thread import Thread, joined, thread_document
from shared_layer.messaging.events.gmail import GmailMessageIngested
from shared_layer.messaging.unit import Unit
from shared_layer.storage.gcp_clients import firestore

AT_ONCE: Final = 8
TOLD_TEXT: Final = 2000


async def unknown(gmail_ids: Sequence[str], mailbox: Mailbox, tenant_id: str) -> list[str]:
    """Those of Gmail's ids that the index does not hold, in their order."""
    wanted = {own_id("gml", mailbox.id, one): one for one in dict.fromkeys(gmail_ids)}
    if not wanted:
        return []
    references = [message_document(tenant_id, one) for one in wanted]
    known = {snapshot.id async for snapshot in firestore().get_all(references, field_paths=["id"]) if snapshot.exists}
    return [gmail_id for one, gmail_id in wanted.items() if one not in known]


async def fetch(gmail_ids: Sequence[str], mailbox: Mailbox, tenant_id: str) -> list[Message]:
    """The mails behind Gmail's ids; what is gone meanwhile, or is none, is left out. Raises GmailError."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(gmail_id: str) -> dict[str, Any] | None:
        async with room:
            try:
                return await call(mailbox, tenant_id, "GET", f"/messages/{gmail_id}", params={"format": "full"})
            except GmailError as error:
                if error.status == 404:
                    return None
                raise

    found = await asyncio.gather(*[one(gmail_id) for gmail_id in gmail_ids])
    return [read_message(resource, mailbox) for resource in found if resource and is_mail(resource)]


async def stage(messages: Sequence[Message], mailbox: Mailbox, unit: Unit, *, tell: bool = True) -> None:
    """Stage mails that the index does not hold, and their threads; the commit raises Conflict where it does."""
    threads: dict[str, Thread] = {}
    read_at: dict[str, Any] = {}
    wanted = [thread_document(unit.tenant_id, one) for one in {message.thread_id for message in messages}]
    if wanted:
        async for snapshot in firestore().get_all(wanted):
            if snapshot.exists:
                threads[snapshot.id] = Thread.model_validate(snapshot.to_dict())
                read_at[snapshot.id] = snapshot.update_time
    for message in messages:
        threads[message.thread_id] = joined(threads.get(message.thread_id), message)
        unit.create(message_document(unit.tenant_id, message.id), message.model_dump())
        if tell:
            unit.emit(_told(message, mailbox))
    for thread_id in {message.thread_id for message in messages}:
        reference = thread_document(unit.tenant_id, thread_id)
        if thread_id in read_at:
            unit.patch_unchanged(reference, threads[thread_id].model_dump(), read_at[thread_id])
        else:
            unit.create(reference, threads[thread_id].model_dump())


def _told(message: Message, mailbox: Mailbox) -> GmailMessageIngested:
    """What the event says: of a private mailbox neither the text nor, where that is private too, the subject."""
    everything = mailbox.visibility == "everything"
    return GmailMessageIngested(
        message_id=message.id,
        thread_id=message.thread_id,
        mailbox=mailbox.email,
        direction=message.direction,
        sender=message.sender,
        recipients=[*message.to, *message.cc],
        subject=message.subject if mailbox.visibility != "metadata" else "",
        text=message.text[:TOLD_TEXT] if everything else "",
        sent_at=message.sent_at,
        automated=message.automated,
        signature=message.details,
    )


def synced(mailbox: Mailbox, history_id: int) -> None:
    """Set the cursor, never back."""
    mailbox.history_id = max(history_id, mailbox.history_id or 0)
    mailbox.resync_to, mailbox.resync_rounds, mailbox.problem = None, 0, None
    mailbox.last_synced_at = clock.utcnow()
