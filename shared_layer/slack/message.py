"""A message as the index keeps it, and as callers see it.

Its id is `{channel}:{ts}`: `ts` is Slack's own id of a message within its channel, and its moment.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import ConfigDict, Field, StringConstraints

from shared_layer.core.models import Model, empty_list
from shared_layer.slack.mrkdwn import plain_text
from shared_layer.storage.documents import tenant_document
from shared_layer.storage.words import distinct_words

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "slack_messages"
THREADS: Final = "slack_threads"
TS_PATTERN: Final = r"^\d{1,12}\.\d{6}$"

ChannelId = Annotated[str, StringConstraints(pattern=r"^[CGD][A-Z0-9]{2,20}$")]
UserId = Annotated[str, StringConstraints(pattern=r"^[UWB][A-Z0-9]{2,20}$")]
Timestamp = Annotated[str, StringConstraints(pattern=TS_PATTERN)]


class File(Model):
    """A file that came with a message: what Slack says of it, never its content."""

    model_config = ConfigDict(extra="ignore")

    name: str = ""
    mimetype: str = ""
    size: int = 0


class Message(Model):
    """A message in the index. `changed_ts` is the version that the text is of: an older edit changes nothing."""

    model_config = ConfigDict(extra="ignore")

    id: str
    team_id: str
    channel_id: str
    ts: str
    thread_ts: str | None = None
    opening: bool = Field(description="Whether it stands in the channel itself, not only in a thread.")
    user_id: str
    bot: bool = False
    text: str
    changed_ts: str
    edited: bool = False
    deleted: bool = False
    files: list[File] = Field(default_factory=empty_list)
    words: list[str] = Field(default_factory=empty_list)

    @property
    def sent_at(self) -> datetime:
        """The moment in its ts."""
        return moment_of(self.ts)

    @property
    def is_reply(self) -> bool:
        """Whether it answers another message."""
        return self.thread_ts is not None and self.thread_ts != self.ts


def moment_of(ts: str) -> datetime:
    """The moment of a Slack timestamp."""
    return datetime.fromtimestamp(float(ts), UTC)


def read_message(raw: dict[str, Any], team_id: str, channel_id: str) -> Message:
    """A message object of Slack's as a Message. Raises KeyError where it has no ts."""
    ts = str(raw["ts"])
    thread_ts = raw.get("thread_ts")
    text = str(raw.get("text") or "")
    files = [File.model_validate(one) for one in raw.get("files") or [] if isinstance(one, dict)]
    edited = raw.get("edited") or {}
    return Message(
        id=message_id(channel_id, ts),
        team_id=team_id,
        channel_id=channel_id,
        ts=ts,
        thread_ts=thread_ts,
        opening=thread_ts in (None, ts) or raw.get("subtype") == "thread_broadcast",
        user_id=str(raw.get("user") or raw.get("bot_id") or "unknown"),
        bot="bot_id" in raw or raw.get("subtype") == "bot_message",
        text=text,
        changed_ts=str(edited.get("ts") or ts),
        edited=bool(edited),
        files=files,
        words=distinct_words(plain_text(text), *[file.name for file in files]),
    )


def message_id(channel_id: str, ts: str) -> str:
    """The id of a message's document."""
    return f"{channel_id}:{ts}"


def message_document(tenant_id: str, channel_id: str, ts: str) -> AsyncDocumentReference:
    """A message of the index."""
    return tenant_document(tenant_id, COLLECTION, message_id(channel_id, ts))


def thread_document(tenant_id: str, channel_id: str, ts: str) -> AsyncDocumentReference:
    """What is counted of the replies to a message."""
    return tenant_document(tenant_id, THREADS, message_id(channel_id, ts))
