"""The index of messages: what was said, edited and deleted, the same in whatever order Slack tells of it.

A message is written once, by whichever event of it comes first. An edit counts if it is newer than what is there; a
deletion is for good: it leaves a mark, so that what comes late does not bring the message back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from shared_layer.slack.message import COLLECTION, Message, message_document, thread_document
from shared_layer.storage.documents import tenant_collection

if TYPE_CHECKING:
    from shared_layer.messaging.unit import Unit

Change = Literal["new", "edited", "deleted"]


async def take_message(message: Message, unit: Unit) -> Change | None:
    """Stage a message as it was sent, or as it is after an edit; what that changes for those who know the index."""
    reference = message_document(unit.tenant_id, message.channel_id, message.ts)
    snapshot = await reference.get()
    if not snapshot.exists:
        unit.create(reference, message.model_dump())
        _count_reply(message, unit)
        return "new"
    known = Message.model_validate(snapshot.to_dict())
    if known.deleted or message.changed_ts <= known.changed_ts:
        return None
    changed = message.model_dump(include={"text", "words", "changed_ts", "edited", "files"})
    unit.patch_unchanged(reference, changed, snapshot.update_time)
    return "edited" if message.text != known.text else None


async def take_deletion(gone: Message, unit: Unit) -> Change | None:
    """Stage the end of a message; one that was never seen leaves its mark all the same."""
    reference = message_document(unit.tenant_id, gone.channel_id, gone.ts)
    snapshot = await reference.get()
    emptied = {"deleted": True, "text": "", "words": [], "files": []}
    if not snapshot.exists:
        unit.create(reference, gone.model_dump() | emptied)
        return None
    known = Message.model_validate(snapshot.to_dict())
    if known.deleted:
        return None
    unit.patch_unchanged(reference, emptied, snapshot.update_time)
    if known.is_reply:
        await _uncount_reply(known, unit)
    return "deleted"


def _count_reply(message: Message, unit: Unit) -> None:
    from google.cloud.firestore import ArrayUnion, Increment

    if message.is_reply and message.thread_ts:
        counted: dict[str, Any] = {"replies": Increment(1), "users": ArrayUnion([message.user_id])}
        thread = thread_document(unit.tenant_id, message.channel_id, message.thread_ts)
        unit.merge(thread, counted | {"latest_ts": _latest(message.ts)})


def _latest(ts: str) -> Any:
    """The later of what is there and `ts`. Firestore's maximum takes numbers only: the ts is one to the microsecond."""
    from google.cloud.firestore import Maximum

    return Maximum(int(ts.replace(".", "")))


async def _uncount_reply(gone: Message, unit: Unit) -> None:
    """One reply less; the latest of those that are left is looked up."""
    from google.cloud.firestore import FieldFilter, Increment, Query

    thread = (
        tenant_collection(unit.tenant_id, COLLECTION)
        .where(filter=FieldFilter("channel_id", "==", gone.channel_id))
        .where(filter=FieldFilter("thread_ts", "==", gone.thread_ts))
        .where(filter=FieldFilter("deleted", "==", False))
        .order_by("ts", direction=Query.DESCENDING)
        .limit(3)
    )
    left = [Message.model_validate(found.to_dict()) for found in await thread.get()]
    latest = next((one.ts for one in left if one.is_reply and one.ts != gone.ts), "")
    counted = {"replies": Increment(-1), "latest_ts": int(latest.replace(".", "")) if latest else 0}
    unit.merge(thread_document(unit.tenant_id, gone.channel_id, str(gone.thread_ts)), counted)
