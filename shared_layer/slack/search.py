"""Search over the tenant's index: words and phrases, ranked, narrowed by `from:`, `in:`, `before:`, `after:`, `on:`.

The index is the tenant's own, so that it works the same with and without Slack, and needs none of Slack's limits.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from shared_layer.core.caller import Caller
from shared_layer.core.errors import ValidationFailed
from shared_layer.core.models import Page, PageQuery
from shared_layer.slack.directory import USERS, User, channel_called
from shared_layer.slack.message import COLLECTION, Message
from shared_layer.slack.mrkdwn import plain_text
from shared_layer.slack.reading import SlackMessageView, views
from shared_layer.slack.workspace import workspace_of
from shared_layer.storage.documents import tenant_collection
from shared_layer.storage.word_search import AskedWords, next_start, parts_of, ranked, read_start
from shared_layer.storage.words import CANDIDATES, frequencies, words_of

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncQuery

_OPERATOR: Final = re.compile(r"^(-?)(from|in|before|after|on|has):(.+)$", re.IGNORECASE)


class SearchQuery(PageQuery):
    """What to look for, as in Slack's own search field."""

    q: Annotated[str, Field(min_length=1, max_length=300, examples=["launch from:@mara in:#general"])]


class Asked(AskedWords):
    """A search, read."""

    sender: str | None = None
    channel: str | None = None
    with_files: bool = False


class FoundMessages(Page[SlackMessageView]):
    """The messages, the best first. `considered` is how many the words and operators were tried on."""

    considered: int


def read_search(text: str) -> Asked:
    """The operators and words of a search. Raises ValidationFailed for a date that is none."""
    asked = Asked()
    for part in parts_of(text):
        match = _OPERATOR.match(part)
        if match is None:
            asked.add(part)
        elif match[1]:
            raise ValidationFailed(f"{part}: only words can be excluded.")
        else:
            _add_operator(asked, match[2].lower(), match[3])
    return asked


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
    asked, start = read_search(query.q), read_start(query.cursor)
    narrowed = await _narrowed(asked, caller.tenant_id)
    if narrowed is None:
        return FoundMessages(items=[], considered=0)
    documents = tenant_collection(caller.tenant_id, COLLECTION)
    counted = await frequencies(documents, asked.words)
    newest = asked.narrowed(narrowed, counted).limit(CANDIDATES)
    candidates = [Message.model_validate(one.to_dict()) for one in await newest.get()]
    fitting = [(one, _words(one), one.ts) for one in candidates if one.files or not asked.with_files]
    found = ranked(fitting, asked, counted, len(candidates))
    return FoundMessages(
        items=await views(found[start : start + query.limit], caller.tenant_id),
        next_cursor=next_start(start, query.limit, found),
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


def _words(message: Message) -> list[str]:
    return words_of(plain_text(message.text)) + [word for file in message.files for word in words_of(file.name)]
