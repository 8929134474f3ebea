"""A tenant's workspace, opened when it is first looked at: without Slack it is the made-up agency's.

Opening writes people, channels and messages of the agency into the index in one commit, so that everything that reads
is the same with and without Slack.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from shared_layer.slack.connection import Connection, connection_document, mock_connection, stored_connection
from shared_layer.slack.directory import CHANNELS, USERS, all_channels, all_users, channel_document, user_document
from shared_layer.slack.message import COLLECTION, THREADS, Message, message_document, read_message, thread_document
from shared_layer.slack.web import SlackWeb, pages
from shared_layer.storage.documents import tenant_collection
from shared_layer.storage.gcp_clients import firestore


async def workspace_of(tenant_id: str) -> Connection:
    """The tenant's workspace; the agency's is opened where there is none."""
    found = await stored_connection(tenant_id)
    return found if found is not None else await _open(tenant_id)


async def _open(tenant_id: str) -> Connection:
    from google.api_core.exceptions import AlreadyExists

    opened = mock_connection(tenant_id)
    web = opened.web(tenant_id)
    batch = firestore().batch()
    batch.create(connection_document(tenant_id), opened.model_dump())
    for user in await all_users(web, opened.team_id):
        batch.set(user_document(tenant_id, user.id), user.model_dump())
    for channel in await all_channels(web, opened.team_id):
        batch.set(channel_document(tenant_id, channel.id), channel.model_dump())
        history = [message async for message in whole_history(web, opened.team_id, channel.id)]
        for message in history:
            batch.set(message_document(tenant_id, channel.id, message.ts), message.model_dump())
        for ts, thread in roll_ups(history).items():
            batch.set(thread_document(tenant_id, channel.id, ts), thread)
    with suppress(AlreadyExists):  # another call opened it first
        await batch.commit()
    return await stored_connection(tenant_id) or opened


async def whole_history(web: SlackWeb, team_id: str, channel_id: str) -> AsyncIterator[Message]:
    """Every message of a channel with its replies. Raises SlackError."""
    async for page in pages(web, "conversations.history", channel=channel_id, limit=200):
        for raw in page["messages"]:
            yield read_message(raw, team_id, channel_id)
            if raw.get("reply_count"):
                async for replies in pages(web, "conversations.replies", channel=channel_id, ts=raw["ts"], limit=200):
                    for reply in replies["messages"]:
                        if reply["ts"] != raw["ts"]:
                            yield read_message(reply, team_id, channel_id)


def roll_ups(messages: list[Message]) -> dict[str, dict[str, Any]]:
    """What there is to tell of the threads among `messages`: by the thread's ts."""
    threads: dict[str, dict[str, Any]] = {}
    for message in messages:
        if message.is_reply and message.thread_ts and not message.deleted:
            thread = threads.setdefault(message.thread_ts, {"replies": 0, "latest_ts": 0, "users": []})
            thread["replies"] += 1
            thread["latest_ts"] = max(thread["latest_ts"], int(message.ts.replace(".", "")))
            thread["users"] = sorted({*thread["users"], message.user_id})
    return threads


async def forget_workspace(tenant_id: str) -> None:
    """Delete what the index holds of the workspace that the tenant had; the connection itself stays."""
    for collection in (
        tenant_collection(tenant_id, COLLECTION),
        tenant_collection(tenant_id, THREADS),
        tenant_collection(tenant_id, CHANNELS),
        tenant_collection(tenant_id, USERS),
    ):
        async for snapshot in collection.select([]).stream():
            await snapshot.reference.delete()
