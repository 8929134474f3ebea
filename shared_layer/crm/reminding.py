"""Reminders: an event for each task whose `remind_at` has come, once."""

from __future__ import annotations

from typing import Final

from shared_layer.core import clock
from shared_layer.core.errors import Conflict, VersionMismatch
from shared_layer.crm.task import COLLECTION, CrmTask
from shared_layer.messaging.events.crm import CrmTaskReminded
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot
from shared_layer.storage.gcp_clients import firestore

REMINDED_AT_ONCE: Final = 500


async def remind_due(unit: Unit) -> int:
    """Tell of the tasks of all tenants that wait to be remembered, the longest first; how many. One is one commit."""
    from google.cloud.firestore import FieldFilter

    moment = clock.utcnow()
    waiting = (
        firestore()
        .collection_group(COLLECTION)
        .where(filter=FieldFilter("status", "==", "open"))
        .where(filter=FieldFilter("reminded_at", "==", None))
        .where(filter=FieldFilter("remind_at", "<=", moment))
        .order_by("remind_at")
        .limit(REMINDED_AT_ONCE)
    )
    reminded = 0
    async for snapshot in waiting.stream():
        task = from_snapshot(snapshot, CrmTask)
        part = Unit(unit.context, snapshot.reference.parent.parent.id, unit.emits)
        part.patch_unchanged(snapshot.reference, {"reminded_at": moment}, snapshot.update_time)
        part.emit(
            CrmTaskReminded(task_id=task.id, contact_id=task.contact_id, assignee=task.assignee, due_at=task.due_at)
        )
        try:
            await part.commit()
        except (Conflict, VersionMismatch):
            continue  # somebody changed it just now: the next minute looks again
        reminded += 1
    return reminded
