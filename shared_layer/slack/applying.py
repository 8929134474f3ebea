"""What an event of Slack's changes: the index, the directory, the connection; and what others are told of it."""

from __future__ import annotations

from typing import Any, Final

import orjson

from shared_layer.core import clock
from shared_layer.core.logs import log
from shared_layer.crm.next_steps import suggested
from shared_layer.messaging.events.slack import (
    SlackConnectionChanged,
    SlackEventDue,
    SlackMessageChanged,
    SlackMessageReceived,
    SlackTaskSuggested,
)
from shared_layer.messaging.unit import Unit
from shared_layer.slack.connection import Connection, connection_document
from shared_layer.slack.contacts import contacts_of
from shared_layer.slack.directory import (
    channel_document,
    channel_told,
    read_channel,
    read_user,
    user_document,
    user_told,
    users_by_id,
)
from shared_layer.slack.index import take_deletion, take_message
from shared_layer.slack.message import Message, moment_of, read_message
from shared_layer.slack.mrkdwn import mentions, plain_text
from shared_layer.slack.receiving import DELIVERIES
from shared_layer.slack.workspace import workspace_of
from shared_layer.storage.documents import tenant_document

SAID: Final = frozenset({"", "bot_message", "file_share", "me_message", "thread_broadcast"})
"""Subtypes of what somebody said; the others are notices of the channel (joined, renamed, …)."""

PRIVATE: Final = frozenset({"im", "mpim"})
"""What people write to each other, or to the bot alone, is theirs: it is not indexed."""


async def apply_event(due: SlackEventDue, unit: Unit) -> None:
    """Stage what a stored event changes. Raises SlackError where Slack must be asked and does not answer."""
    snapshot = await tenant_document(unit.tenant_id, DELIVERIES, due.delivery_id).get()
    stored = snapshot.to_dict()
    if stored is None:
        log("WARNING", "slack_delivery_gone", "The event was kept for eight days, and is gone.")
        return
    event: dict[str, Any] = orjson.loads(stored["event"])
    workspace = await workspace_of(unit.tenant_id)
    if workspace.team_id != stored["team_id"]:
        return
    if event.get("type") == "message":
        await _message(event, workspace, unit)
    else:
        await _notice(event, workspace, unit)


async def _message(event: dict[str, Any], workspace: Connection, unit: Unit) -> None:
    channel_id, subtype = str(event.get("channel", "")), event.get("subtype", "")
    if event.get("channel_type") in PRIVATE or channel_id.startswith("D"):
        return
    if subtype == "message_changed":
        raw = event.get("message") or {}
        if raw.get("subtype") == "tombstone":
            await _delete(raw, channel_id, event, workspace, unit)
        elif raw.get("edited") and raw.get("subtype", "") in SAID:
            await _take(read_message(raw, workspace.team_id, channel_id), workspace, unit)
    elif subtype == "message_deleted":
        raw = (event.get("previous_message") or {}) | {"ts": event.get("deleted_ts")}
        await _delete(raw, channel_id, event, workspace, unit)
    elif subtype in SAID:
        await _take(read_message(event, workspace.team_id, channel_id), workspace, unit)


async def _take(message: Message, workspace: Connection, unit: Unit) -> None:
    change = await take_message(message, unit)
    if change == "edited":
        _tell_of_change(message, "edited", message.changed_ts, unit)
    elif change == "new" and not message.bot:
        await _tell_of_message(message, workspace, unit)


async def _delete(
    raw: dict[str, Any], channel_id: str, event: dict[str, Any], workspace: Connection, unit: Unit
) -> None:
    gone = read_message(raw, workspace.team_id, channel_id)
    if await take_deletion(gone, unit) == "deleted":
        moment = str(event.get("event_ts") or event.get("ts") or clock.now())
        _tell_of_change(gone, "deleted", moment, unit)


def _tell_of_change(message: Message, change: Any, ts: str, unit: Unit) -> None:
    unit.emit(
        SlackMessageChanged(
            team_id=message.team_id,
            channel_id=message.channel_id,
            ts=message.ts,
            change=change,
            text=plain_text(message.text) if change == "edited" else "",
            changed_at=moment_of(ts),
        )
    )


async def _tell_of_message(message: Message, workspace: Connection, unit: Unit) -> None:
    """Emit the message with its author and channel, and a suggestion where it is of somebody whom the CRM knows."""
    web = workspace.web(unit.tenant_id)
    user = await user_told(web, unit, workspace.team_id, message.user_id)
    channel = await channel_told(web, unit, workspace.team_id, message.channel_id)
    if user.is_bot:
        return
    named = await users_by_id(unit.tenant_id, mentions(message.text))
    text = plain_text(message.text, {one: found.name for one, found in named.items()})
    unit.emit(
        SlackMessageReceived(
            team_id=message.team_id,
            channel_id=message.channel_id,
            channel_name=channel.name,
            ts=message.ts,
            thread_ts=message.thread_ts,
            user_id=user.id,
            user_name=user.name,
            user_email=user.email,
            text=text,
            sent_at=message.sent_at,
        )
    )
    found = suggested(text)
    contact_id = (await contacts_of(unit.tenant_id, [user.email or ""])).get(user.email or "") if found else None
    if found and contact_id:
        told = {"team_id": message.team_id, "channel_id": message.channel_id, "ts": message.ts}
        unit.emit(SlackTaskSuggested(**told, contact_id=contact_id, kind=found.kind, title=found.title))


async def _notice(event: dict[str, Any], workspace: Connection, unit: Unit) -> None:
    """What is not a message: people and channels that changed, a token that was taken away."""
    kind, team_id = str(event.get("type")), workspace.team_id
    if kind in ("team_join", "user_change", "user_profile_changed") and isinstance(event.get("user"), dict):
        user = read_user(event["user"], team_id)
        unit.put(user_document(unit.tenant_id, user.id), user.model_dump())
    elif kind == "channel_created":
        channel = read_channel(event["channel"], team_id)
        unit.put(channel_document(unit.tenant_id, channel.id), channel.model_dump())
    elif kind == "channel_rename":
        await _change_channel(str(event["channel"]["id"]), {"name": str(event["channel"]["name"])}, unit)
    elif kind in ("channel_archive", "channel_unarchive", "channel_deleted"):
        await _change_channel(str(event["channel"]), {"is_archived": kind != "channel_unarchive"}, unit)
    elif kind in ("app_uninstalled", "tokens_revoked") and workspace.mode == "live":
        unit.patch(connection_document(unit.tenant_id), {"problem": "token_revoked"})
        unit.emit(SlackConnectionChanged(team_id=team_id, status="degraded", reason="token_revoked"))


async def _change_channel(channel_id: str, data: dict[str, Any], unit: Unit) -> None:
    """Stage a change of a channel that is known; another is read from Slack when it is needed."""
    reference = channel_document(unit.tenant_id, channel_id)
    if (await reference.get()).exists:
        unit.patch(reference, data)
