"""A mailbox followed by its history, from the stored cursor; or read anew, within bounds, where that is too old.

https://developers.google.com/workspace/gmail/api/guides/sync. Every step is a commit on condition that nobody moved the
cursor meanwhile: two notices at once lead to a conflict, whose loser comes again and finds the work done.
"""

from __future__ import annotations

from typing import Final

from shared_layer.core.errors import Unavailable
from shared_layer.core.logs import log
from shared_layer.gmail.api import GmailError, Json, call
from shared_layer.gmail.ingestion import fetch, stage, synced, unknown
from shared_layer.gmail.mailbox import Mailbox, mailbox_document, stored_mailbox
from shared_layer.gmail.tokens import forget
from shared_layer.messaging.events.gmail import GmailHistoryDue
from shared_layer.messaging.unit import Unit

MAILS_A_STEP: Final = 60
RESYNC_MAILS: Final = 200
RESYNC_ROUNDS: Final = 8
PATIENCE: Final = 3
"""Deliveries for which a history that is behind its own notice is waited for."""


async def sync(due: GmailHistoryDue, attempt: int, unit: Unit) -> None:
    """Stage what happened since the cursor. Raises GmailError or Unavailable for what a retry mends."""
    mailbox = await stored_mailbox(unit.tenant_id, due.mailbox_id)
    if mailbox is None:
        return
    wanted = int(due.history_id)
    if mailbox.history_id is not None and 0 < wanted <= mailbox.history_id:
        return
    try:
        if mailbox.history_id is None:
            await _resync(mailbox, unit)
        else:
            await _follow(mailbox, wanted, attempt, unit)
    except GmailError as error:
        if not error.lost:
            raise
        forget(mailbox.id)
        mailbox.problem = error.reason
        log("WARNING", "gmail_mailbox_lost", f"The mailbox must be connected again: {error.reason}.")
    unit.replace(mailbox_document(unit.tenant_id, mailbox.id), mailbox)


async def _follow(mailbox: Mailbox, wanted: int, attempt: int, unit: Unit) -> None:
    try:
        added, reached, more = await _changes(mailbox, unit.tenant_id)
    except GmailError as error:
        if error.status != 404:
            raise
        log("WARNING", "gmail_history_gone", "The cursor is too old: the newest mail is read again.")
        mailbox.history_id = None
        await _resync(mailbox, unit)
        return
    if reached < wanted and attempt < PATIENCE and not added:
        raise Unavailable("Gmail's history is behind its own notice; it is asked again.")
    new = await unknown(added, mailbox, unit.tenant_id)
    await stage(await fetch(new, mailbox, unit.tenant_id), mailbox, unit)
    synced(mailbox, reached if more else max(reached, wanted))
    if more:
        unit.emit(GmailHistoryDue(mailbox_id=mailbox.id, history_id=str(max(wanted, reached + 1))))


async def _changes(mailbox: Mailbox, tenant_id: str) -> tuple[list[str], int, bool]:
    """Ids of mail that came since the cursor, the history id that this reaches to, and whether there is more."""
    added: list[str] = []
    reached, page = mailbox.history_id or 0, ""
    while True:
        given = {"startHistoryId": str(mailbox.history_id), "historyTypes": "messageAdded", "maxResults": "100"}
        answer = await call(mailbox, tenant_id, "GET", "/history", params=given | ({"pageToken": page} if page else {}))
        for record in answer.get("history", ()):
            found = [one["message"]["id"] for one in record.get("messagesAdded", ())]
            if added and len(added) + len(found) > MAILS_A_STEP:
                return added, reached, True
            added += found
            reached = max(reached, int(record["id"]))
        page = answer.get("nextPageToken", "")
        if not page:
            return added, max(reached, int(answer.get("historyId", reached))), False


async def _resync(mailbox: Mailbox, unit: Unit) -> None:
    """Stage some of the newest 200 mails that the index lacks; the rest, and the cursor, when the event comes again."""
    if mailbox.resync_to is None:
        profile = await call(mailbox, unit.tenant_id, "GET", "/profile")
        mailbox.resync_to = int(profile["historyId"])
    listed = await _newest(mailbox, unit.tenant_id)
    new = await unknown(listed, mailbox, unit.tenant_id)
    await stage(await fetch(new[:MAILS_A_STEP], mailbox, unit.tenant_id), mailbox, unit)
    mailbox.resync_rounds += 1
    if len(new) > MAILS_A_STEP and mailbox.resync_rounds < RESYNC_ROUNDS:
        unit.emit(GmailHistoryDue(mailbox_id=mailbox.id, history_id="0"))
    else:
        synced(mailbox, mailbox.resync_to)


async def _newest(mailbox: Mailbox, tenant_id: str) -> list[str]:
    found: list[str] = []
    page = ""
    while len(found) < RESYNC_MAILS:
        given = {"maxResults": "100", **({"pageToken": page} if page else {})}
        answer: Json = await call(mailbox, tenant_id, "GET", "/messages", params=given)
        found += [str(one["id"]) for one in answer.get("messages", ())]
        page = answer.get("nextPageToken", "")
        if not page:
            break
    return found[:RESYNC_MAILS]
