"""Search over the tenant's index with Gmail's operators: from:, to:, subject:, filename:, has:attachment, in:, label:,
before:, after:, older_than:, newer_than:, "phrases" and -words; ranked.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final

from pydantic import Field

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import ValidationFailed
from shared_layer.core.models import Page, PageQuery, empty_list
from shared_layer.gmail.message import COLLECTION, Message
from shared_layer.gmail.reading import MailView, of_readable, views
from shared_layer.messaging.events.gmail import MailAddress
from shared_layer.storage.documents import tenant_collection
from shared_layer.storage.word_search import AskedWords, next_start, parts_of, ranked, read_start
from shared_layer.storage.words import CANDIDATES, frequencies, words_of

_OPERATOR: Final = re.compile(
    r"^(-?)(from|to|cc|subject|filename|has|in|label|is|before|after|older_than|newer_than):(.+)$", re.IGNORECASE
)
_SPAN: Final = re.compile(r"^(\d{1,4})([dmy])$")
_DAYS: Final = {"d": 1, "m": 30, "y": 365}


class SearchQuery(PageQuery):
    """What to look for, as in Gmail's own search field."""

    q: Annotated[str, Field(min_length=1, max_length=300, examples=["offer from:jonas has:attachment"])]


class FoundMails(Page[MailView]):
    """The mails, the best first. `considered` is how many the words and operators were tried on."""

    considered: int


class Asked(AskedWords):
    """A search, read: every test must hold, or must not."""

    direction: str | None = None
    tests: list[tuple[bool, str, str]] = Field(default_factory=empty_list)


def read_search(text: str) -> Asked:
    """The operators and words of a search. Raises ValidationFailed for what Gmail has and this has not."""
    asked = Asked()
    for part in parts_of(text):
        if match := _OPERATOR.match(part):
            _add_operator(asked, bool(match[1]), match[2].lower(), match[3])
        else:
            asked.add(part)
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

    asked, start = read_search(query.q), read_start(query.cursor)
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
    newest = asked.narrowed(found, counted).order_by("sent_at", direction=Query.DESCENDING).limit(CANDIDATES)
    candidates = [Message.model_validate(one.to_dict()) for one in await newest.get()]
    fitting = [(one, _words(one), (one.sent_at, one.id)) for one in candidates if _passes(one, asked)]
    best = ranked(fitting, asked, counted, len(candidates))
    return FoundMails(
        items=await views(best[start : start + query.limit], caller.tenant_id),
        next_cursor=next_start(start, query.limit, best),
        considered=len(candidates),
    )


def _words(message: Message) -> list[str]:
    names = " ".join(one.name for one in message.attachments)
    return words_of(f"{message.subject} {message.sender.name} {message.text} {names}")


def _passes(message: Message, asked: Asked) -> bool:
    return all(_holds(message, name, value) is not negated for negated, name, value in asked.tests)


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
