"""A thread: who takes part, whose turn it is, and how long it has been.

`turns` holds each mail's moment and kind by its id, so that a thread is the same in whatever order its mails are read.
Whose turn: what we got last and is no mere "thanks" waits for us; what we sent last waits for them where it asks
something, or where they never answered. Mail that no person wrote gives nobody a turn.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from pydantic import ConfigDict, Field

from shared_layer.core.models import Model, empty_list
from shared_layer.gmail.message import Message
from shared_layer.messaging.events.gmail import MailAddress
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "gmail_threads"
TURNS_KEPT: Final = 200
Turn = Literal["asks", "tells", "closes", "automated"]
Owes = Literal["us", "them", "nobody"]

_ASKS: Final = re.compile(r"\?|\b(please|could you|can you|let (me|us) know|bitte|würden sie)\b", re.IGNORECASE)
_CLOSES: Final = re.compile(
    r"^\W*((many |great|perfect|super|wonderful|ok(ay)?|got it|sounds good|will do|done|danke|merci)\b\W*)*"
    r"(thanks?( you)?( so much| a lot| again)?|great|perfect|ok(ay)?|got it|see you( then| there| \w+)?|will do"
    r"|danke|super|sounds good|done|received|noted|cheers|you too|same to you)\b.{0,25}$",
    re.IGNORECASE | re.DOTALL,
)


class Said(Model):
    """A mail's part in its thread."""

    at: datetime
    outbound: bool
    turn: Turn


class Thread(Model):
    """A thread as stored and listed; `waiting_since` is the mail that waits for an answer."""

    model_config = ConfigDict(extra="ignore")

    id: str
    mailbox_id: str
    gmail_thread_id: str
    subject: str
    people: list[MailAddress] = Field(default_factory=empty_list)
    messages: int = 0
    last_message_at: datetime
    owes: Owes = "nobody"
    waiting_since: datetime | None = None
    turns: dict[str, Said] = Field(default_factory=dict)


def thread_document(tenant_id: str, thread_id: str) -> AsyncDocumentReference:
    """A thread of the index."""
    return tenant_document(tenant_id, COLLECTION, thread_id)


def joined(thread: Thread | None, message: Message) -> Thread:
    """The thread with one more mail in it."""
    said = Said(at=message.sent_at, outbound=message.direction == "outbound", turn=turn_of(message))
    turns = (thread.turns if thread else {}) | {message.id: said}
    newest = sorted(turns.items(), key=lambda one: (one[1].at, one[0]))[-TURNS_KEPT:]
    owes, since = whose_turn([one for _, one in newest])
    people = {one.email: one for one in (thread.people if thread else [])}
    for one in message.people:
        if one.email not in people or (one.name and not people[one.email].name):
            people[one.email] = one
    first = thread is None or message.sent_at < min(one.at for one in thread.turns.values())
    return Thread(
        id=message.thread_id,
        mailbox_id=message.mailbox_id,
        gmail_thread_id=message.gmail_thread_id,
        subject=message.subject if first or thread is None else thread.subject,
        people=[people[email] for email in sorted(people)][:100],
        messages=(thread.messages if thread else 0) + (0 if thread and message.id in thread.turns else 1),
        last_message_at=max(message.sent_at, thread.last_message_at if thread else message.sent_at),
        owes=owes,
        waiting_since=since,
        turns=dict(newest),
    )


def turn_of(message: Message) -> Turn:
    """What a mail asks of who gets it."""
    if message.automated:
        return "automated"
    text = message.text.strip()
    if _ASKS.search(text):
        return "asks"
    return "closes" if len(text) < 120 and _CLOSES.match(text) else "tells"


def whose_turn(said: list[Said]) -> tuple[Owes, datetime | None]:
    """Who owes an answer, and since when: since the first mail that the other side did not answer."""
    people = [one for one in said if one.turn != "automated"]
    if not people or people[-1].turn == "closes":
        return "nobody", None
    outbound = people[-1].outbound
    run = []
    for one in reversed(people):
        if one.outbound != outbound:
            break
        run.append(one)
    answered = any(one.outbound != outbound for one in people)
    if outbound and answered and not any(one.turn == "asks" for one in run):
        return "nobody", None
    return "them" if outbound else "us", run[-1].at
