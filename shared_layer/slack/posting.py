"""Messages handed to Slack: once each, as patiently as Slack asks for, and given up only for what no retry mends.

Slack knows a message by its `client_msg_id`, so that one whose answer was lost is not posted twice.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

from shared_layer.core import clock
from shared_layer.core.errors import Conflict
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

BACKOFF: Final = (30.0, 120.0, 600.0, 1800.0, 3600.0)
"""Seconds until each further attempt while Slack fails; after the last one the message has failed."""

DUE_AT_ONCE: Final = 200


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
        _put_off(outgoing, error, unit)
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


def _put_off(outgoing: Outgoing, error: SlackError, unit: Unit) -> None:
    """Let the message wait as long as Slack asks, or longer each time; or let it have failed."""
    unit.context.labels["slack_error"] = error.code
    outgoing.error = error.code
    rate_limited = error.code == "ratelimited"
    outgoing.attempts += 0 if rate_limited else 1
    if not error.passing or outgoing.attempts > len(BACKOFF):
        outgoing.state = "failed"
        return
    seconds = error.retry_after if rate_limited else BACKOFF[outgoing.attempts - 1]
    outgoing.state, outgoing.post_at = "waiting", clock.utcnow() + timedelta(seconds=seconds)


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
    from google.cloud.firestore import FieldFilter

    waiting = (
        firestore()
        .collection_group(COLLECTION)
        .where(filter=FieldFilter("state", "==", "waiting"))
        .where(filter=FieldFilter("post_at", "<=", clock.utcnow()))
        .order_by("post_at")
        .limit(DUE_AT_ONCE)
    )
    queued = 0
    async for snapshot in waiting.stream():
        outgoing = from_snapshot(snapshot, Outgoing)
        outgoing.state = "queued"
        step = Unit(unit.context, snapshot.reference.parent.parent.id, unit.emits)
        step.replace(outgoing_document(step.tenant_id, outgoing.id), outgoing)
        step.emit(SlackMessageDue(message_id=outgoing.id, channel_id=outgoing.channel_id))
        try:
            await step.commit()
        except Conflict:
            continue  # cancelled, or queued by another run
        queued += 1
    return queued
