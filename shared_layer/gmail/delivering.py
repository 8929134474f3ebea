"""Mail handed to Gmail: once each, although Gmail takes no idempotency key.

A draft is made and remembered first, then sent: a draft can be sent once only, so that a retry after a lost answer
finds it gone (404), and the mail sent. What a crash can leave behind is a draft that nobody sends.
"""

from __future__ import annotations

import base64

from shared_layer.core import clock
from shared_layer.gmail.api import GmailError, Json, call
from shared_layer.gmail.attachment import kept
from shared_layer.gmail.composing import composed, message_id, multipart, resource_of
from shared_layer.gmail.ingestion import stage, unknown
from shared_layer.gmail.mailbox import Mailbox, mailbox_document, stored_mailbox
from shared_layer.gmail.message import own_id, read_message
from shared_layer.gmail.sending import COLLECTION, Send, send_document
from shared_layer.gmail.suppression import suppressed
from shared_layer.gmail.tokens import forget
from shared_layer.messaging.departing import queue_due
from shared_layer.messaging.events.gmail import GmailMessageDue, GmailMessageSent
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot, read
from shared_layer.storage.gcp_clients import firestore


async def deliver(due: GmailMessageDue, unit: Unit) -> None:
    """Draft or send a mail that is due, and stage what came of it."""
    snapshot = await send_document(unit.tenant_id, due.send_id).get()
    send = from_snapshot(snapshot, Send) if snapshot.exists else None
    if send is None or send.state != "queued":
        return
    mailbox = await stored_mailbox(unit.tenant_id, send.mailbox_id)
    refused = await suppressed(send.recipients, unit.tenant_id)
    if mailbox is None or refused:
        send.state, send.error = "failed", "suppressed" if refused else "mailbox_disconnected"
    else:
        try:
            send = await _hand_over(send, mailbox, unit)
        except GmailError as error:
            send = await read(send_document(unit.tenant_id, send.id), Send)
            unit.context.labels["gmail_error"] = error.reason
            send.put_off(error.reason, passing=error.passing, asked=error.retry_after)
            if error.lost:
                forget(mailbox.id)
                unit.merge(mailbox_document(unit.tenant_id, mailbox.id), {"problem": error.reason})
    unit.replace(send_document(unit.tenant_id, send.id), send)


async def _hand_over(send: Send, mailbox: Mailbox, unit: Unit) -> Send:
    """The mail as it is afterwards. Raises GmailError."""
    if send.draft_id is None:
        made = await _drafted(send, mailbox, unit.tenant_id)
        send.draft_id = str(made["id"])
        remembered = Unit(unit.context, unit.tenant_id)
        remembered.replace(send_document(unit.tenant_id, send.id), send)
        await remembered.commit()
        send = await read(send_document(unit.tenant_id, send.id), Send)
    if send.mode == "draft":
        send.state = "drafted"
        return send
    sent: Json | None
    try:
        sent = await call(mailbox, unit.tenant_id, "POST", "/drafts/send", json={"id": send.draft_id})
    except GmailError as error:
        if error.status != 404:
            raise
        sent = await _found(send, mailbox, unit.tenant_id)
    send.state, send.error = "sent", None
    if sent is not None:
        send.message_id = own_id("gml", mailbox.id, str(sent["id"]))
        await _index(send, mailbox, sent, unit)
    thread_id = own_id("gth", mailbox.id, str(sent["threadId"])) if sent else ""
    unit.emit(GmailMessageSent(send_id=send.id, message_id=send.message_id or "", thread_id=thread_id))
    return send


async def _drafted(send: Send, mailbox: Mailbox, tenant_id: str) -> Json:
    """The draft; with files it goes by Gmail's upload, in parts, for which a JSON body would be too large."""
    if not send.attachments:
        return await call(mailbox, tenant_id, "POST", "/drafts", json={"message": resource_of(send, mailbox)})
    files = [await kept(tenant_id, send.id, number) for number in range(len(send.attachments))]
    kind, body = multipart(composed(send, mailbox, files), send)
    given = {"params": {"uploadType": "multipart"}, "headers": {"Content-Type": kind}, "content": body}
    return await call(mailbox, tenant_id, "POST", "/drafts", upload=True, **given)


async def _found(send: Send, mailbox: Mailbox, tenant_id: str) -> Json | None:
    """The mail that an attempt whose answer was lost has sent, by its Message-ID; its history tells of it else."""
    query = {"q": f"rfc822msgid:{message_id(send, mailbox).strip('<>')}", "maxResults": "1"}
    listed = await call(mailbox, tenant_id, "GET", "/messages", params=query)
    return next(iter(listed.get("messages", ())), None)


async def _index(send: Send, mailbox: Mailbox, sent: Json, unit: Unit) -> None:
    """Stage the mail in the index, as it was composed; the history will tell of it again, and nothing will change."""
    if not await unknown([str(sent["id"])], mailbox, unit.tenant_id):
        return
    if send.attachments and mailbox.mode == "live":
        return  # Gmail's names of the files come with the history alone
    headers = [{"name": name, "value": str(value)} for name, value in composed(send, mailbox).items()]
    data = base64.urlsafe_b64encode(send.text.encode()).decode()
    resource = {
        "id": str(sent["id"]),
        "threadId": str(sent["threadId"]),
        "labelIds": ["SENT"],
        "internalDate": str(int(clock.now() * 1000)),
        "payload": {"mimeType": "text/plain", "headers": headers, "body": {"data": data}, "parts": _parts(send)},
    }
    await stage([read_message(resource, mailbox)], mailbox, unit)


def _parts(send: Send) -> list[Json]:
    return [
        {
            "mimeType": file.mimetype,
            "filename": file.name,
            "body": {"attachmentId": f"{send.id}.{number}", "size": file.size},
        }
        for number, file in enumerate(send.attachments)
    ]


async def post_due(unit: Unit) -> int:
    """Queue the mails of all tenants whose time has come, up to 200; answers how many."""

    def due(send: Send) -> GmailMessageDue:
        return GmailMessageDue(send_id=send.id)

    return await queue_due(firestore().collection_group(COLLECTION), Send, send_document, due, unit)
