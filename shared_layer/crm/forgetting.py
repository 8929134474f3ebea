"""A data subject forgotten by the CRM itself: its contacts and tasks go, and are counted no more.

What else names the subject is found by the search of every store. How many interactions there were stays counted: that
tells of nobody.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from shared_layer.core.context import RequestContext
from shared_layer.core.errors import Conflict, VersionMismatch
from shared_layer.crm.contact import StoredContact, contact_document
from shared_layer.crm.contacts import contact_facts
from shared_layer.crm.counters import Facts, count_change
from shared_layer.crm.task import COLLECTION as TASKS
from shared_layer.crm.task import CrmTask
from shared_layer.crm.todo import task_facts
from shared_layer.governance.subject import Subject
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot, tenant_collection

if TYPE_CHECKING:
    from google.cloud.firestore import DocumentSnapshot


async def forget_person(tenant_id: str, subject: Subject, context: RequestContext) -> int:
    """Remove the subject's contacts and tasks; how many. Again it does nothing; what changes meanwhile is left."""
    forgotten = 0
    for contact_id in subject.contact_ids:
        snapshot = await contact_document(tenant_id, contact_id).get()
        if snapshot.exists:
            forgotten += await _forget(Unit(context, tenant_id), snapshot, _contact_counts)
        async for task in _tasks_of(tenant_id, contact_id):
            forgotten += await _forget(Unit(context, tenant_id), task, _task_counts)
    return forgotten


async def _tasks_of(tenant_id: str, contact_id: str) -> AsyncIterator[DocumentSnapshot]:
    from google.cloud.firestore import FieldFilter

    tasks = tenant_collection(tenant_id, TASKS).where(filter=FieldFilter("contact_id", "==", contact_id))
    for snapshot in [snapshot async for snapshot in tasks.stream()]:
        yield snapshot


async def _forget(unit: Unit, snapshot: DocumentSnapshot, counts: Callable[[DocumentSnapshot], Facts]) -> bool:
    """Remove one document and what it counts for, unless it was written or removed meanwhile."""
    count_change(unit, snapshot.id, counts(snapshot), {})
    unit.delete_unchanged(snapshot.reference, snapshot.update_time)
    try:
        await unit.commit()
    except (Conflict, VersionMismatch):
        return False
    return True


def _contact_counts(snapshot: DocumentSnapshot) -> Facts:
    return contact_facts(from_snapshot(snapshot, StoredContact))


def _task_counts(snapshot: DocumentSnapshot) -> Facts:
    return task_facts(from_snapshot(snapshot, CrmTask))
