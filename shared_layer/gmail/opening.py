"""The made-up mailbox of a tenant without Gmail, opened when mail is first looked at: its mail in one commit."""

from __future__ import annotations

import hashlib
from contextlib import suppress

from shared_layer.gmail.api import call
from shared_layer.gmail.mailbox import COMPANY, Mailbox, mailbox_document, new_mailbox, stored_mailbox
from shared_layer.gmail.message import message_document, read_message
from shared_layer.gmail.mock import FIRST_HISTORY, told
from shared_layer.gmail.thread import Thread, joined, thread_document
from shared_layer.storage.gcp_clients import firestore


async def open_mock(tenant_id: str) -> Mailbox:
    """The tenant's made-up mailbox, the same for all who open it at once."""
    from google.api_core.exceptions import AlreadyExists

    mailbox = new_mailbox(told()["email"], COMPANY, "everything", "mock")
    mailbox.id = f"mbx_{hashlib.sha256(tenant_id.encode()).hexdigest()[:20]}"
    mailbox.history_id = FIRST_HISTORY + len(told()["messages"])
    listed = await call(mailbox, tenant_id, "GET", "/messages", params={"maxResults": "100"})
    threads: dict[str, Thread] = {}
    batch = firestore().batch()
    batch.create(mailbox_document(tenant_id, mailbox.id), mailbox.model_dump())
    for one in listed["messages"]:
        resource = await call(mailbox, tenant_id, "GET", f"/messages/{one['id']}")
        message = read_message(resource, mailbox)
        threads[message.thread_id] = joined(threads.get(message.thread_id), message)
        batch.set(message_document(tenant_id, message.id), message.model_dump())
    for thread in threads.values():
        batch.set(thread_document(tenant_id, thread.id), thread.model_dump())
    with suppress(AlreadyExists):  # another call opened it first
        await batch.commit()
    return await stored_mailbox(tenant_id, mailbox.id) or mailbox
