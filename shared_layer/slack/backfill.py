"""The history of a channel, read into the index a page at a time, as fast as Slack allows.

Only what is not there yet is written: what events told meanwhile is newer. No event tells of these messages; they were
said before the workspace was connected.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from shared_layer.messaging.events.slack import SlackBackfillDue
from shared_layer.messaging.unit import Unit
from shared_layer.slack.connection import stored_connection
from shared_layer.slack.message import Message, message_document, read_message, thread_document
from shared_layer.slack.web import Json, SlackError, SlackWeb
from shared_layer.slack.workspace import roll_ups
from shared_layer.storage.gcp_clients import firestore

PAGE: Final = 100
WAITED_FOR: Final = 60.0
REPLIES: Final = 100


async def read_history(due: SlackBackfillDue, unit: Unit) -> None:
    """Stage one page of a channel's history, with its threads, and the next page's turn. Raises SlackError."""
    workspace = await stored_connection(unit.tenant_id)
    if workspace is None or workspace.mode != "live":
        return
    web = workspace.web(unit.tenant_id)
    given = {"channel": due.channel_id, "limit": PAGE, **({"cursor": due.cursor} if due.cursor else {})}
    page = await _patiently(web, "conversations.history", **given)
    found: list[Message] = []
    for raw in page["messages"]:
        found.append(read_message(raw, workspace.team_id, due.channel_id))
        if raw.get("reply_count"):
            thread = {"channel": due.channel_id, "ts": raw["ts"], "limit": REPLIES}
            replies = (await _patiently(web, "conversations.replies", **thread))["messages"]
            found += [read_message(one, workspace.team_id, due.channel_id) for one in replies if one["ts"] != raw["ts"]]
    await _keep_new(found, unit)
    if cursor := page.get("response_metadata", {}).get("next_cursor"):
        unit.emit(SlackBackfillDue(channel_id=due.channel_id, cursor=cursor))


async def _patiently(web: SlackWeb, method: str, **arguments: Any) -> Json:
    """A call that waits once as long as Slack asks, up to a minute. Raises SlackError."""
    try:
        return await web.call(method, **arguments)
    except SlackError as error:
        if not 0 < error.retry_after <= WAITED_FOR:
            raise
        await asyncio.sleep(error.retry_after)
    return await web.call(method, **arguments)


async def _keep_new(found: list[Message], unit: Unit) -> None:
    """Stage the messages that the index does not hold, and what that makes of their threads."""
    from google.cloud.firestore import ArrayUnion, Increment, Maximum

    wanted = [message_document(unit.tenant_id, one.channel_id, one.ts) for one in found]
    known = {snapshot.id async for snapshot in firestore().get_all(wanted) if snapshot.exists} if wanted else set()
    new = [one for one in found if one.id not in known]
    for message in new:
        unit.create(message_document(unit.tenant_id, message.channel_id, message.ts), message.model_dump())
    for ts, thread in roll_ups(new).items():
        counted = {"replies": Increment(thread["replies"]), "users": ArrayUnion(thread["users"])}
        reference = thread_document(unit.tenant_id, new[0].channel_id, ts)
        unit.merge(reference, counted | {"latest_ts": Maximum(thread["latest_ts"])})
