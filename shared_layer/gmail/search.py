"""Search over the tenant's index with Gmail's operators: from:, to:, subject:, filename:, has:attachment, in:, label:,
before:, after:, older_than:, newer_than:, "phrases" and -words; ranked.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final

from pydantic import Field

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import InvalidRequest, ValidationFailed
from shared_layer.core.models import Model, Page, PageQuery
from shared_layer.gmail.message import COLLECTION, Message
from shared_layer.gmail.reading import MailView, of_readable, views
from shared_layer.messaging.events.gmail import MailAddress
from shared_layer.storage.documents import tenant_collection
from shared_layer.storage.words import CANDIDATES, frequencies, score, words_of

ASKED_AT_MOST: Final = 10
_OPERATOR: Final = re.compile(
    r"^(-?)(from|to|cc|subject|filename|has|in|label|is|before|after|older_than|newer_than):(.+)$", re.IGNORECASE
)
_SPAN: Final = re.compile(r"^(\d{1,4})([dmy])$")
_DAYS: Final = {"d": 1, "m": 30, "y": 365}
Test = Callable[[Message], bool]


class SearchQuery(PageQuery):
    """What to look for, as in Gmail's own search field."""

    q: Annotated[str, Field(min_length=1, max_length=300, examples=["offer from:jonas has:attachment"])]


class FoundMails(Page[MailView]):
    """The mails, the best first. `considered` is how many the words and operators were tried on."""

    considered: int


class Asked(Model):
    """A search, read: every word must be there and every test hold."""

    words: list[str] = Field(default_factory=list)
    phrases: list[str] = Field(default_factory=list)
    without: list[str] = Field(default_factory=list)
    since: datetime | None = None
    until: datetime | None = None
    direction: str | None = None
    tests: list[tuple[bool, str, str]] = Field(default_factory=list)


def read_search(text: str) -> Asked:
    """The operators and words of a search. Raises ValidationFailed for what Gmail has and this has not."""
    try:
        parts = shlex.split(text.replace("'", "’"), posix=True)
    except ValueError:
        raise ValidationFailed("A quotation mark is open. Close it.") from None
    asked = Asked()
    for part in parts:
        match = _OPERATOR.match(part)
        if match:
            _add_operator(asked, bool(match[1]), match[2].lower(), match[3])
        elif part.startswith("-") and len(part) > 1:
            asked.without += words_of(part[1:])
        else:
            asked.words += words_of(part)
            asked.phrases += [" ".join(words_of(part))] if " " in part.strip() else []
    asked.words = list(dict.fromkeys(asked.words))[:ASKED_AT_MOST]
    return asked


def _add_operator(asked: Asked, negated: bool, name: str, value: str) -> None:
    if name in ("before", "after", "older_than", "newer_than"):
        if negated:
            raise ValidationFailed(f"-{name}: a time cannot be excluded. Ask for the other side of it.")
        moment = _day(value) if name in ("before", "after") else _ago(value)
        if name in ("before", "older_than"):
            asked.until = moment
        else:
            asked.since = moment
    elif name == "in" and value.lower() in ("sent", "inbox") and not negated:
        asked.direction = "outbound" if value.lower() == "sent" else "inbound"
    elif name == "in" and value.lower() == "anywhere":
        return
    elif name == "has" and value.lower() != "attachment":
        raise ValidationFailed(f"has:{value}: only has:attachment is known.")
    else:
        asked.tests.append((negated, name, value))


def _day(value: str) -> datetime:
    try:
        return datetime.combine(date(*[int(part) for part in re.split(r"[/-]", value)][:3]), time(), UTC)
    except (ValueError, TypeError, OverflowError):
        raise ValidationFailed(f"{value[:20]} is no date. Write it as 2026/11/28.") from None


def _ago(value: str) -> datetime:
    match = _SPAN.match(value.lower())
    if match is None:
        raise ValidationFailed(f"{value[:20]} is no span. Write it as 2d, 3m or 1y.")
    return clock.utcnow() - timedelta(days=min(36_500, int(match[1]) * _DAYS[match[2]]))


async def search(query: SearchQuery, caller: Caller) -> FoundMails:
    """The mails that the caller may read and that hold everything asked for, ranked. Raises ValidationFailed."""
    from google.cloud.firestore import FieldFilter, Query

    asked, start = read_search(query.q), _read_cursor(query.cursor)
    found = await of_readable(COLLECTION, None, caller)
    if found is None:
        return FoundMails(items=[], considered=0)
    counted = await frequencies(tenant_collection(caller.tenant_id, COLLECTION), asked.words)
    for field, operator, value in (
        ("sent_at", ">=", asked.since),
        ("sent_at", "<", asked.until),
        ("direction", "==", asked.direction),
    ):
        if value is not None:
            found = found.where(filter=FieldFilter(field, operator, value))
    if asked.words:
        rarest = min(asked.words, key=lambda word: counted[word])
        found = found.where(filter=FieldFilter("words", "array_contains", rarest))
    newest = found.order_by("sent_at", direction=Query.DESCENDING).limit(CANDIDATES)
    candidates = [Message.model_validate(one.to_dict()) for one in await newest.get()]
    ranked = _ranked(candidates, asked, counted)
    shown = ranked[start : start + query.limit]
    return FoundMails(
        items=await views(shown, caller.tenant_id),
        next_cursor=str(start + query.limit) if start + query.limit < len(ranked) else None,
        considered=len(candidates),
    )


def _ranked(candidates: list[Message], asked: Asked, counted: dict[str, int]) -> list[Message]:
    """The best first; among equals, and where no word was asked for, the newest."""
    total = max([len(candidates), *counted.values()])
    scored = []
    for message in candidates:
        names = " ".join(one.name for one in message.attachments)
        text = words_of(f"{message.subject} {message.sender.name} {message.text} {names}")
        joined = f" {' '.join(text)} "
        if any(word in text for word in asked.without) or any(f" {one} " not in joined for one in asked.phrases):
            continue
        if any(_holds(message, name, value) is negated for negated, name, value in asked.tests):
            continue
        value = score(text, asked.words, counted, total) if asked.words else 1.0
        if value > 0:
            scored.append((round(value, 6), message.sent_at, message.id, message))
    return [one[3] for one in sorted(scored, key=lambda one: one[:3], reverse=True)]


def _holds(message: Message, name: str, value: str) -> bool:
    wanted = value.lower()
    match name:
        case "from":
            return _names([message.sender], wanted)
        case "to":
            return _names([*message.to, *message.cc], wanted)
        case "cc":
            return _names(message.cc, wanted)
        case "subject":
            return set(words_of(value)) <= set(words_of(message.subject))
        case "filename":
            return any(wanted in one.name.lower() for one in message.attachments)
        case "has":
            return bool(message.attachments)
    return wanted.upper() in message.labels or wanted in [label.lower() for label in message.labels]


def _names(people: list[MailAddress], wanted: str) -> bool:
    return any(wanted in f"{one.name} <{one.email}>".lower() for one in people)


def _read_cursor(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 6):
        raise InvalidRequest("The cursor is not one that this list answered. Start again without it.")
    return int(cursor)
