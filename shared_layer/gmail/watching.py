"""Notices of change: asked of Gmail for a week at a time, renewed every day, and taken when they come.

https://developers.google.com/workspace/gmail/api/guides/push
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import orjson

from shared_layer.core import clock
from shared_layer.core.errors import Conflict
from shared_layer.core.logs import log
from shared_layer.gmail.api import GmailError, call
from shared_layer.gmail.mailbox import COLLECTION, Mailbox, mailbox_document, mailboxes_called
from shared_layer.messaging.events.gmail import GmailHistoryDue, GmailWatchExpiring
from shared_layer.messaging.message import Message
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot
from shared_layer.storage.gcp_clients import firestore
from shared_layer.storage.topics import topic_path

TOPIC: Final = "gmail-push"
ALERT: Final = timedelta(hours=48)


async def watch(mailbox: Mailbox, tenant_id: str) -> None:
    """Ask Gmail for notices of a mailbox; sets when they end. Raises GmailError."""
    answer = await call(mailbox, tenant_id, "POST", "/watch", json={"topicName": topic_path(TOPIC)})
    mailbox.watch_expires_at = datetime.fromtimestamp(int(answer["expiration"]) / 1000, UTC)


async def renew_watches(unit: Unit) -> int:
    """Renew every live mailbox's watch, and have its history read in case a notice was lost; answers how many."""
    from google.cloud.firestore import FieldFilter

    live = firestore().collection_group(COLLECTION).where(filter=FieldFilter("mode", "==", "live"))
    renewed = 0
    async for snapshot in live.stream():
        step = Unit(unit.context, snapshot.reference.parent.parent.id, unit.emits)
        renewed += await _renew(from_snapshot(snapshot, Mailbox), step)
    return renewed


async def _renew(mailbox: Mailbox, unit: Unit) -> bool:
    try:
        await watch(mailbox, unit.tenant_id)
        mailbox.problem = None
        unit.emit(GmailHistoryDue(mailbox_id=mailbox.id, history_id="0"))
        done = True
    except GmailError as error:
        log("WARNING", "gmail_watch_not_renewed", str(error))
        mailbox.problem = error.reason
        ends = mailbox.watch_expires_at or clock.utcnow()
        if ends - clock.utcnow() < ALERT:
            unit.emit(GmailWatchExpiring(mailbox=mailbox.email, expires_at=ends, reason=error.reason))
        done = False
    unit.replace(mailbox_document(unit.tenant_id, mailbox.id), mailbox)
    try:
        await unit.commit()
    except Conflict:
        log("WARNING", "gmail_watch_not_kept", "The mailbox changed meanwhile; it is renewed tomorrow.")
    return done


async def take_push(message: Message, outer: Unit) -> None:
    """Have the history of a mailbox read that Gmail says has changed. What is no notice is acknowledged, and logged."""
    try:
        told = orjson.loads(message.data)
        email, history_id = str(told["emailAddress"]), int(told["historyId"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        log("ERROR", "gmail_push_unreadable", "The message on gmail-push is no notice of Gmail's.")
        return
    for tenant_id, mailbox in await mailboxes_called(email):
        if mailbox.history_id is not None and history_id <= mailbox.history_id:
            continue
        unit = Unit(outer.context, tenant_id, outer.emits)
        unit.emit(GmailHistoryDue(mailbox_id=mailbox.id, history_id=str(history_id)))
        await unit.commit()
