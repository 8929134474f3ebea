"""Channels, people, messages and threads as callers see them, a page at a time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import AwareDatetime, EmailStr, Field

from shared_layer.core.caller import Caller
from shared_layer.core.errors import NotFound
from shared_layer.core.models import Model, Page, PageQuery, Query
from shared_layer.slack.contacts import contacts_of
from shared_layer.slack.directory import CHANNELS, USERS, Channel, User, channel_document, user_document, users_by_id
from shared_layer.slack.message import COLLECTION, File, Message, message_document, moment_of, thread_document
from shared_layer.slack.mrkdwn import mentions, plain_text
from shared_layer.slack.workspace import workspace_of
from shared_layer.storage.documents import page, read, tenant_collection
from shared_layer.storage.gcp_clients import firestore

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncQuery

REPLIES_SHOWN: Final = 1000


class Author(Model):
    """Who wrote a message."""

    id: str
    name: str
    email: str | None = None
    is_bot: bool = False
    contact_id: str | None = Field(default=None, description="The contact of the CRM with that address.")


class ThreadSummary(Model):
    """The replies to a message, rolled up."""

    replies: int
    latest_reply_at: datetime | None
    participants: list[str] = Field(description="User ids of those who replied.")


class SlackMessageView(Model):
    """A message. `text` is plain: mentions by name, links as label and address; `markup` is Slack's own."""

    channel_id: str
    ts: str
    thread_ts: str | None
    author: Author
    text: str
    markup: str
    sent_at: datetime
    edited: bool
    files: list[File]
    thread: ThreadSummary | None = None


class Thread(Model):
    """A whole thread: the message that began it (null where it was deleted) and its replies, oldest first."""

    channel_id: str
    thread_ts: str
    opening: SlackMessageView | None
    replies: list[SlackMessageView]


class UserView(User):
    """A person of the workspace, with the contact of the CRM who has the same address."""

    contact_id: str | None = None


class MessageQuery(PageQuery):
    """Which messages: those sent since `since`."""

    since: AwareDatetime | None = None


class EmailQuery(Query):
    """Whose address it is."""

    email: Annotated[EmailStr, Field(examples=["jonas.weber@harborcoffee.example"])]


async def list_channels(query: PageQuery, caller: Caller) -> Page[Channel]:
    """The channels that the platform knows, by name."""
    await workspace_of(caller.tenant_id)
    return await page(tenant_collection(caller.tenant_id, CHANNELS), Channel, query, ["name"])


async def list_messages(channel_id: str, query: MessageQuery, caller: Caller) -> Page[SlackMessageView]:
    """What stands in a channel, newest first, threads rolled up. Raises NotFound."""
    await _known_channel(channel_id, caller)
    from google.cloud.firestore import FieldFilter

    found: AsyncQuery = (
        tenant_collection(caller.tenant_id, COLLECTION)
        .where(filter=FieldFilter("channel_id", "==", channel_id))
        .where(filter=FieldFilter("opening", "==", True))
        .where(filter=FieldFilter("deleted", "==", False))
    )
    if query.since is not None:
        found = found.where(filter=FieldFilter("ts", ">=", f"{query.since.timestamp():.6f}"))
    messages = await page(found, Message, query, ["-ts"])
    return Page[SlackMessageView](items=await views(messages.items, caller.tenant_id), next_cursor=messages.next_cursor)


async def get_thread(channel_id: str, ts: str, caller: Caller) -> Thread:
    """A message and the replies to it. Raises NotFound."""
    from google.cloud.firestore import FieldFilter

    await _known_channel(channel_id, caller)
    snapshot = await message_document(caller.tenant_id, channel_id, ts).get()
    found = (
        tenant_collection(caller.tenant_id, COLLECTION)
        .where(filter=FieldFilter("channel_id", "==", channel_id))
        .where(filter=FieldFilter("thread_ts", "==", ts))
        .where(filter=FieldFilter("deleted", "==", False))
        .order_by("ts")
        .limit(REPLIES_SHOWN)
    )
    replies = [one for one in [Message.model_validate(each.to_dict()) for each in await found.get()] if one.ts != ts]
    opening = Message.model_validate(snapshot.to_dict()) if snapshot.exists else None
    if (opening is None and not replies) or (opening is not None and opening.is_reply):
        raise NotFound()
    shown = [opening] if opening is not None and not opening.deleted else []
    told = await views([*shown, *replies], caller.tenant_id)
    return Thread(channel_id=channel_id, thread_ts=ts, opening=told[0] if shown else None, replies=told[len(shown) :])


async def list_users(query: PageQuery, caller: Caller) -> Page[UserView]:
    """The people of the workspace, by name."""
    await workspace_of(caller.tenant_id)
    users = await page(tenant_collection(caller.tenant_id, USERS), User, query, ["name"])
    return Page[UserView](items=await _linked(users.items, caller.tenant_id), next_cursor=users.next_cursor)


async def get_user(user_id: str, caller: Caller) -> UserView:
    """One person of the workspace. Raises NotFound."""
    await workspace_of(caller.tenant_id)
    return (await _linked([await read(user_document(caller.tenant_id, user_id), User)], caller.tenant_id))[0]


async def lookup_user(email: str, caller: Caller) -> UserView:
    """The person of the workspace with an address. Raises NotFound."""
    from google.cloud.firestore import FieldFilter

    await workspace_of(caller.tenant_id)
    wanted = FieldFilter("email", "==", email.strip().lower())
    found = await tenant_collection(caller.tenant_id, USERS).where(filter=wanted).limit(1).get()
    if not found:
        raise NotFound("Nobody in the workspace has that address.")
    return (await _linked([User.model_validate(found[0].to_dict())], caller.tenant_id))[0]


async def views(messages: list[Message], tenant_id: str) -> list[SlackMessageView]:
    """Messages with their authors, the people they name and their threads: three batched reads."""
    named = [user_id for message in messages for user_id in (message.user_id, *mentions(message.text))]
    users = await users_by_id(tenant_id, named)
    contacts = await contacts_of(tenant_id, [user.email for user in users.values() if user.email])
    threads = await _threads([message for message in messages if message.opening], tenant_id)
    return [_view(message, users, contacts, threads.get(message.id)) for message in messages]


async def _threads(openings: list[Message], tenant_id: str) -> dict[str, ThreadSummary]:
    wanted = [thread_document(tenant_id, message.channel_id, message.ts) for message in openings]
    if not wanted:
        return {}
    found = {snapshot.id: snapshot.to_dict() async for snapshot in firestore().get_all(wanted) if snapshot.exists}
    return {
        name: ThreadSummary(
            replies=thread["replies"],
            latest_reply_at=moment_of(f"{thread['latest_ts'] / 1e6:.6f}") if thread["latest_ts"] else None,
            participants=sorted(thread.get("users", [])),
        )
        for name, thread in found.items()
        if thread.get("replies", 0) > 0
    }


def _view(
    message: Message, users: dict[str, User], contacts: dict[str, str], thread: ThreadSummary | None
) -> SlackMessageView:
    user = users.get(message.user_id)
    email = user.email if user else None
    author = Author(
        id=message.user_id,
        name=user.name if user else message.user_id,
        email=email,
        is_bot=message.bot or bool(user and user.is_bot),
        contact_id=contacts.get(email or ""),
    )
    told: dict[str, Any] = message.model_dump(include={"channel_id", "ts", "thread_ts", "edited"})
    names = {user_id: each.name for user_id, each in users.items()}
    return SlackMessageView(
        **told,
        author=author,
        text=plain_text(message.text, names),
        markup=message.text,
        sent_at=message.sent_at,
        files=message.files,
        thread=thread,
    )


async def _linked(users: list[User], tenant_id: str) -> list[UserView]:
    contacts = await contacts_of(tenant_id, [user.email for user in users if user.email])
    return [UserView(**user.model_dump(), contact_id=contacts.get(user.email or "")) for user in users]


async def _known_channel(channel_id: str, caller: Caller) -> None:
    """Raises NotFound for a channel that the tenant's workspace does not have."""
    await workspace_of(caller.tenant_id)
    await read(channel_document(caller.tenant_id, channel_id), Channel)
