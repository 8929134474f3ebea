"""A message on its way to Slack: queued → sent, or failed with the reason; waiting until its time where it has one."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import AwareDatetime, Field, StringConstraints

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import ValidationFailed
from shared_layer.core.ids import new_id
from shared_layer.core.models import Model
from shared_layer.messaging.departing import Departing
from shared_layer.messaging.events.slack import SlackMessageDue
from shared_layer.messaging.unit import Unit
from shared_layer.slack.directory import channel_called
from shared_layer.slack.message import Timestamp, message_document
from shared_layer.slack.workspace import workspace_of
from shared_layer.storage.documents import read, tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "slack_outgoing"
AHEAD_AT_MOST: Final = timedelta(days=120)


class NewMessage(Model):
    """A message to post: in a channel (by id, or by name with #), as a reply where `thread_ts` names a message."""

    channel: Annotated[str, StringConstraints(pattern=r"^(#[^\s#]{1,80}|[CG][A-Z0-9]{2,20})$")] = Field(
        examples=["#general"], description="A channel's id, or its name with #."
    )
    text: Annotated[str, StringConstraints(min_length=1, max_length=4000)] = Field(
        description="Shown letter by letter, but for *bold*, _italic_, ~struck~ and `code`."
    )
    thread_ts: Timestamp | None = Field(default=None, examples=["1732528800.000100"])
    post_at: AwareDatetime | None = Field(default=None, description="When; at once where it is left out.")


class Outgoing(Departing):
    """A message on its way. `ts` is Slack's id of it once it is sent; `error` Slack's code where it failed."""

    TIME = "post_at"

    channel_id: str
    text: str
    thread_ts: str | None = None
    post_at: datetime | None = None
    ts: str | None = None
    created_by: str

    @property
    def client_msg_id(self) -> str:
        """What Slack knows the message by: one that is posted again under it is the same message."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, self.id))


def outgoing_document(tenant_id: str, message_id: str) -> AsyncDocumentReference:
    """A message on its way."""
    return tenant_document(tenant_id, COLLECTION, message_id)


async def post_message(new: NewMessage, caller: Caller, unit: Unit) -> Outgoing:
    """Stage a message. Raises ValidationFailed for a channel, a thread or a time that cannot be."""
    await workspace_of(caller.tenant_id)
    channel = await channel_called(caller.tenant_id, new.channel)
    if channel is None or channel.is_archived:
        raise ValidationFailed(f"There is no open channel {new.channel}. GET /channels lists them.")
    if new.thread_ts and not (await message_document(caller.tenant_id, channel.id, new.thread_ts).get()).exists:
        raise ValidationFailed("thread_ts names no message of that channel.")
    moment = clock.utcnow()
    if new.post_at and not moment < new.post_at <= moment + AHEAD_AT_MOST:
        raise ValidationFailed("post_at lies in the past, or more than 120 days ahead.")
    outgoing = Outgoing(
        id=new_id("smg"),
        channel_id=channel.id,
        text=new.text,
        thread_ts=new.thread_ts,
        state="waiting" if new.post_at else "queued",
        post_at=new.post_at,
        created_by=caller.principal,
        created_at=moment,
        updated_at=moment,
    )
    unit.create(outgoing_document(caller.tenant_id, outgoing.id), outgoing.model_dump())
    if outgoing.state == "queued":
        unit.emit(SlackMessageDue(message_id=outgoing.id, channel_id=channel.id))
    return outgoing


async def get_outgoing(message_id: str, caller: Caller) -> Outgoing:
    """A message on its way, of the tenant's. Raises NotFound."""
    return await read(outgoing_document(caller.tenant_id, message_id), Outgoing)


async def cancel_outgoing(message_id: str, caller: Caller, unit: Unit) -> Outgoing:
    """Stage that a message that waits is not posted. Raises NotFound, IllegalTransition."""
    outgoing = await get_outgoing(message_id, caller)
    outgoing.cancel("message")
    unit.replace(outgoing_document(caller.tenant_id, message_id), outgoing)
    return outgoing
