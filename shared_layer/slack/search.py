"""Search over the tenant's index: words and phrases, ranked, narrowed by `from:`, `in:`, `before:`, `after:`, `on:`.

The index is the tenant's own, so that it works the same with and without Slack, and needs none of Slack's limits.
"""

from __future__ import annotations

import re
import shlex
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from shared_layer.core.caller import Caller
from shared_layer.core.errors import InvalidRequest, ValidationFailed
from shared_layer.core.models import Model, Page, PageQuery
from shared_layer.slack.directory import USERS, User, channel_called
from shared_layer.slack.message import COLLECTION, Message
from shared_layer.slack.mrkdwn import plain_text
from shared_layer.slack.reading import SlackMessageView, views
from shared_layer.slack.workspace import workspace_of
from shared_layer.storage.documents import tenant_collection
from shared_layer.storage.words import CANDIDATES, frequencies, score, words_of

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncQuery

_OPERATOR: Final = re.compile(r"^(-?)(from|in|before|after|on|has):(.+)$", re.IGNORECASE)
ASKED_AT_MOST: Final = 10


class SearchQuery(PageQuery):
    """What to look for, as in Slack's own search field."""

    q: Annotated[str, Field(min_length=1, max_length=300, examples=["launch from:@mara in:#general"])]


class Asked(Model):
    """A search, read: every word and phrase must be there, none of `without`."""

    words: list[str] = Field(default_factory=list)
    phrases: list[str] = Field(default_factory=list)
    without: list[str] = Field(default_factory=list)
    sender: str | None = None
    channel: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    with_files: bool = False


class FoundMessages(Page[SlackMessageView]):
    """The messages, the best first. `considered` is how many the words and operators were tried on."""

    considered: int


def read_search(text: str) -> Asked:
    """The operators and words of a search. Raises ValidationFailed for a date that is none."""
    try:
        parts = shlex.split(text.replace("'", "’"), posix=True)
    except ValueError:
        raise ValidationFailed("A quotation mark is open. Close it.") from None
    asked = Asked()
    for part in parts:
        match = _OPERATOR.match(part)
        if match is None:
            _add_words(asked, part)
        elif match[1]:
            raise ValidationFailed(f"{part}: only words can be excluded.")
        else:
            _add_operator(asked, match[2].lower(), match[3])
    asked.words = list(dict.fromkeys(asked.words))[:ASKED_AT_MOST]
    return asked


def _add_words(asked: Asked, part: str) -> None:
    if part.startswith("-") and len(part) > 1:
        asked.without += words_of(part[1:])
        return
    asked.words += words_of(part)
    if " " in part.strip():
        asked.phrases.append(" ".join(words_of(part)))


def _add_operator(asked: Asked, name: str, value: str) -> None:
    match name:
        case "from":
            asked.sender = value.lstrip("@").lower()
        case "in":
            asked.channel = value
        case "has":
            if value.lower() != "file":
                raise ValidationFailed(f"has:{value}: only has:file is known.")
            asked.with_files = True
        case _:
            day = _day(value)
            if name in ("after", "on"):
                asked.since = day + timedelta(days=1) if name == "after" else day
            if name in ("before", "on"):
                asked.until = day if name == "before" else day + timedelta(days=1)


def _day(value: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(value), time(), UTC)
    except (ValueError, OverflowError):
        raise ValidationFailed(f"{value[:20]} is no date. Write it as 2026-11-28.") from None


async def search(query: SearchQuery, caller: Caller) -> FoundMessages:
    """The messages that hold everything asked for, ranked. Raises ValidationFailed, InvalidRequest."""
    await workspace_of(caller.tenant_id)
    asked, start = read_search(query.q), _read_cursor(query.cursor)
    narrowed = await _narrowed(asked, caller.tenant_id)
    if narrowed is None:
        return FoundMessages(items=[], considered=0)
    documents = tenant_collection(caller.tenant_id, COLLECTION)
    counted = await frequencies(documents, asked.words)
    if asked.words:
        from google.cloud.firestore import FieldFilter

        rarest = min(asked.words, key=lambda word: counted[word])
        narrowed = narrowed.where(filter=FieldFilter("words", "array_contains", rarest))
    candidates = [Message.model_validate(one.to_dict()) for one in await narrowed.limit(CANDIDATES).get()]
    ranked = _ranked(candidates, asked, counted)
    shown = ranked[start : start + query.limit]
    more = start + query.limit < len(ranked)
    return FoundMessages(
        items=await views(shown, caller.tenant_id),
        next_cursor=str(start + query.limit) if more else None,
        considered=len(candidates),
    )


async def _narrowed(asked: Asked, tenant_id: str) -> AsyncQuery | None:
    """The newest messages that the operators leave; None where they name somebody or something that is not there."""
    from google.cloud.firestore import FieldFilter, Query

    found: AsyncQuery = tenant_collection(tenant_id, COLLECTION).where(filter=FieldFilter("deleted", "==", False))
    if asked.sender is not None:
        if (user := await _user_called(asked.sender, tenant_id)) is None:
            return None
        found = found.where(filter=FieldFilter("user_id", "==", user.id))
    if asked.channel is not None:
        if (channel := await channel_called(tenant_id, asked.channel)) is None:
            return None
        found = found.where(filter=FieldFilter("channel_id", "==", channel.id))
    if asked.since is not None:
        found = found.where(filter=FieldFilter("ts", ">=", f"{asked.since.timestamp():.6f}"))
    if asked.until is not None:
        found = found.where(filter=FieldFilter("ts", "<", f"{asked.until.timestamp():.6f}"))
    return found.order_by("ts", direction=Query.DESCENDING)


async def _user_called(name: str, tenant_id: str) -> User | None:
    """A person by handle, address or id."""
    from google.cloud.firestore import FieldFilter

    users = tenant_collection(tenant_id, USERS)
    field, value = ("email", name) if "@" in name else ("handle", name)
    for field_asked, value_asked in ((field, value), ("id", name.upper())):
        found = await users.where(filter=FieldFilter(field_asked, "==", value_asked)).limit(1).get()
        if found:
            return User.model_validate(found[0].to_dict())
    return None


def _ranked(candidates: list[Message], asked: Asked, counted: dict[str, int]) -> list[Message]:
    """The best first; among equals, and where no word was asked for, the newest."""
    total = max([len(candidates), *counted.values()])
    scored: list[tuple[float, str, Message]] = []
    for message in candidates:
        text = words_of(plain_text(message.text)) + [word for file in message.files for word in words_of(file.name)]
        joined = f" {' '.join(text)} "
        if any(word in text for word in asked.without) or (asked.with_files and not message.files):
            continue
        if any(f" {phrase} " not in joined for phrase in asked.phrases):
            continue
        value = score(text, asked.words, counted, total) if asked.words else 1.0
        if value > 0:
            scored.append((round(value, 6), message.ts, message))
    return [message for _, _, message in sorted(scored, key=lambda one: one[:2], reverse=True)]


def _read_cursor(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 6):
        raise InvalidRequest("The cursor is not one that this list answered. Start again without it.")
    return int(cursor)
