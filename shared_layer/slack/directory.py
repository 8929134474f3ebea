"""The channels and people of a workspace, as last heard of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from pydantic import ConfigDict

from shared_layer.core.models import Model
from shared_layer.slack.web import SlackError, SlackWeb, pages
from shared_layer.storage.documents import tenant_collection, tenant_document
from shared_layer.storage.gcp_clients import firestore

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

    from shared_layer.messaging.unit import Unit

CHANNELS: Final = "slack_channels"
USERS: Final = "slack_users"


class Channel(Model):
    """A channel."""

    model_config = ConfigDict(extra="ignore")

    id: str
    team_id: str
    name: str
    purpose: str = ""
    topic: str = ""
    is_private: bool = False
    is_archived: bool = False
    is_member: bool = False
    members: int | None = None


class User(Model):
    """A person or a bot of the workspace."""

    model_config = ConfigDict(extra="ignore")

    id: str
    team_id: str
    handle: str
    name: str
    email: str | None = None
    title: str = ""
    time_zone: str = ""
    is_bot: bool = False
    is_guest: bool = False
    deleted: bool = False


def read_channel(raw: dict[str, Any], team_id: str) -> Channel:
    """A conversation object of Slack's."""
    channel_id = str(raw["id"])
    return Channel(
        id=channel_id,
        team_id=team_id,
        name=str(raw.get("name") or channel_id),
        purpose=str((raw.get("purpose") or {}).get("value", "")),
        topic=str((raw.get("topic") or {}).get("value", "")),
        is_private=bool(raw.get("is_private") or raw.get("is_im") or raw.get("is_mpim")),
        is_archived=bool(raw.get("is_archived")),
        is_member=bool(raw.get("is_member")),
        members=raw.get("num_members"),
    )


def read_user(raw: dict[str, Any], team_id: str) -> User:
    """A user object of Slack's."""
    profile = raw.get("profile") or {}
    handle = str(profile.get("display_name") or raw.get("name") or raw["id"])
    email = profile.get("email")
    return User(
        id=str(raw["id"]),
        team_id=team_id,
        handle=handle,
        name=str(raw.get("real_name") or profile.get("real_name") or handle),
        email=str(email).strip().lower() if email else None,
        title=str(profile.get("title") or ""),
        time_zone=str(raw.get("tz") or ""),
        is_bot=bool(raw.get("is_bot")),
        is_guest=bool(raw.get("is_restricted") or raw.get("is_ultra_restricted")),
        deleted=bool(raw.get("deleted")),
    )


def channel_document(tenant_id: str, channel_id: str) -> AsyncDocumentReference:
    """A channel of the tenant's workspace."""
    return tenant_document(tenant_id, CHANNELS, channel_id)


def user_document(tenant_id: str, user_id: str) -> AsyncDocumentReference:
    """A person of the tenant's workspace."""
    return tenant_document(tenant_id, USERS, user_id)


async def users_by_id(tenant_id: str, user_ids: Iterable[str]) -> dict[str, User]:
    """Those of the people that are known."""
    wanted = [user_document(tenant_id, one) for one in sorted(set(user_ids)) if one]
    if not wanted:
        return {}
    found = [snapshot async for snapshot in firestore().get_all(wanted)]
    return {snapshot.id: User.model_validate(snapshot.to_dict()) for snapshot in found if snapshot.exists}


async def channel_called(tenant_id: str, name: str) -> Channel | None:
    """The channel with an id or, with or without `#`, a name."""
    from google.cloud.firestore import FieldFilter

    if name[:1] in "CGD" and name.isalnum():
        snapshot = await channel_document(tenant_id, name).get()
        if snapshot.exists:
            return Channel.model_validate(snapshot.to_dict())
    plain = name.removeprefix("#").lower()
    named = tenant_collection(tenant_id, CHANNELS).where(filter=FieldFilter("name", "==", plain)).limit(1)
    for snapshot in await named.get():
        return Channel.model_validate(snapshot.to_dict())
    return None


async def all_users(web: SlackWeb, team_id: str) -> list[User]:
    """Everybody whom Slack lists. Raises SlackError."""
    return [read_user(raw, team_id) async for page in pages(web, "users.list", limit=200) for raw in page["members"]]


async def all_channels(web: SlackWeb, team_id: str) -> list[Channel]:
    """Every public channel, and the private ones that the bot is in. Raises SlackError."""
    arguments = {"types": "public_channel,private_channel", "exclude_archived": True, "limit": 200}
    return [
        read_channel(raw, team_id)
        async for page in pages(web, "conversations.list", **arguments)
        for raw in page["channels"]
    ]


async def keep_directory(tenant_id: str, users: Sequence[User], channels: Sequence[Channel]) -> None:
    """Write everybody and every channel, some hundreds in a commit; harmless when repeated."""
    entries = [(user_document(tenant_id, user.id), user.model_dump()) for user in users]
    entries += [(channel_document(tenant_id, channel.id), channel.model_dump()) for channel in channels]
    for start in range(0, len(entries), 400):
        batch = firestore().batch()
        for reference, data in entries[start : start + 400]:
            batch.set(reference, data)
        await batch.commit()


async def user_told(web: SlackWeb, unit: Unit, team_id: str, user_id: str) -> User:
    """A person: as known, else as Slack tells, and kept; one that Slack does not know is called by the id."""
    known = await users_by_id(unit.tenant_id, [user_id])
    if user_id in known:
        return known[user_id]
    try:
        user = read_user((await web.call("users.info", user=user_id))["user"], team_id)
    except SlackError as error:
        if error.passing:
            raise
        return User(id=user_id, team_id=team_id, handle=user_id, name=user_id)
    unit.put(user_document(unit.tenant_id, user.id), user.model_dump())
    return user


async def channel_told(web: SlackWeb, unit: Unit, team_id: str, channel_id: str) -> Channel:
    """A channel: as known, else as Slack tells, and kept; one that Slack does not know is called by the id."""
    snapshot = await channel_document(unit.tenant_id, channel_id).get()
    if snapshot.exists:
        return Channel.model_validate(snapshot.to_dict())
    try:
        channel = read_channel((await web.call("conversations.info", channel=channel_id))["channel"], team_id)
    except SlackError as error:
        if error.passing:
            raise
        return Channel(id=channel_id, team_id=team_id, name=channel_id, is_member=True)
    unit.put(channel_document(unit.tenant_id, channel.id), channel.model_dump())
    return channel
