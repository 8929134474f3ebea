"""Messages handed to Slack: once each, as patiently as Slack asks for, and given up only for what no retry mends.

Slack knows a message by its `client_msg_id`, so that one whose answer was lost is not posted twice.
"""

from __future__ import annotations

import asyncio
from typing import Final

from shared_layer.messaging.departing import queue_due
from shared_layer.messaging.events.slack import SlackConnectionChanged, SlackMessageDue, SlackMessageSent
from shared_layer.messaging.unit import Unit
from shared_layer.slack.connection import Connection, connection_document
from shared_layer.slack.index import take_message
from shared_layer.slack.message import read_message
from shared_layer.slack.mrkdwn import escaped
from shared_layer.slack.outgoing import COLLECTION, Outgoing, outgoing_document
from shared_layer.slack.web import LOST, Json, SlackError
from shared_layer.slack.workspace import workspace_of
from shared_layer.storage.documents import from_snapshot
from shared_layer.storage.gcp_clients import firestore

WAITED_FOR: Final = 2.0
"""Seconds that a handler waits itself where Slack asks for so little (one message a second and channel)."""


async def deliver(due: SlackMessageDue, unit: Unit) -> None:
    """Post a message that is due, and stage what came of it."""
    snapshot = await outgoing_document(unit.tenant_id, due.message_id).get()
    outgoing = from_snapshot(snapshot, Outgoing) if snapshot.exists else None
    if outgoing is None or outgoing.state != "queued":
        return
    workspace = await workspace_of(unit.tenant_id)
    try:
        answer = await _post(outgoing, workspace, unit.tenant_id)
    except SlackError as error:
        unit.context.labels["slack_error"] = error.code
        limited = error.code == "ratelimited"
        outgoing.put_off(error.code, passing=error.passing, asked=error.retry_after, counts=not limited)
        if error.code in LOST:
            unit.patch(connection_document(unit.tenant_id), {"problem": error.code})
            changed = SlackConnectionChanged(team_id=workspace.team_id, status="degraded", reason=error.code)
            unit.emit(changed)
    else:
        await _sent(outgoing, answer, workspace, unit)
    unit.replace(outgoing_document(unit.tenant_id, outgoing.id), outgoing)


async def _post(outgoing: Outgoing, workspace: Connection, tenant_id: str) -> Json:
    web = workspace.web(tenant_id)
    arguments: Json = {
        "channel": outgoing.channel_id,
        "text": escaped(outgoing.text),
        "client_msg_id": outgoing.client_msg_id,
        "unfurl_links": False,
    }
    if outgoing.thread_ts:
        arguments["thread_ts"] = outgoing.thread_ts
    try:
        return await web.call("chat.postMessage", **arguments)
    except SlackError as error:
        if not 0 < error.retry_after <= WAITED_FOR:
            raise
        await asyncio.sleep(error.retry_after)
    return await web.call("chat.postMessage", **arguments)


async def _sent(outgoing: Outgoing, answer: Json, workspace: Connection, unit: Unit) -> None:
    outgoing.state, outgoing.ts, outgoing.error = "sent", str(answer["ts"]), None
    raw = answer.get("message") or {"text": escaped(outgoing.text), "user": workspace.bot_user_id}
    raw = raw | {"ts": outgoing.ts, "bot_id": raw.get("bot_id", workspace.bot_user_id), "user": workspace.bot_user_id}
    if outgoing.thread_ts:
        raw |= {"thread_ts": outgoing.thread_ts}
    await take_message(read_message(raw, workspace.team_id, outgoing.channel_id), unit)
    unit.emit(SlackMessageSent(message_id=outgoing.id, channel_id=outgoing.channel_id, ts=outgoing.ts))


async def post_due(unit: Unit) -> int:
    """Queue the messages of all tenants whose time has come, up to 200; answers how many."""

    def due(outgoing: Outgoing) -> SlackMessageDue:
        return SlackMessageDue(message_id=outgoing.id, channel_id=outgoing.channel_id)

    return await queue_due(firestore().collection_group(COLLECTION), Outgoing, outgoing_document, due, unit)
