"""The reaper: what a crash left half-way and no delivery will take up again.

A step is told once by its event, and Pub/Sub delivers that until it is taken. Where its last attempt died, or the
event became a dead letter, or nobody takes tasks of its kind, the task stands still: its step is told anew, three
times, then the task fails with the reason. Telling a step anew is harmless; one that is at work holds a lease.

A claim on an Idempotency-Key whose owner died is taken over by the retry. Where none came within an hour, it is
dropped, so that the key does not stand for a request that never happened.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from shared_layer.core import clock
from shared_layer.core.context import RequestContext
from shared_layer.core.errors import Conflict, VersionMismatch
from shared_layer.core.logs import log
from shared_layer.messaging.events.runtime import TaskStepDue, WorkflowStalled
from shared_layer.messaging.unit import Unit
from shared_layer.runtime.steps import stage_end
from shared_layer.runtime.tasks import COLLECTION, UNFINISHED, StoredTask, TaskError, task_reference
from shared_layer.storage.documents import from_snapshot
from shared_layer.storage.gcp_clients import firestore

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncQuery, DocumentSnapshot

STALLED_AFTER: Final = timedelta(minutes=10)
CLAIMS_DROPPED_AFTER: Final = timedelta(hours=1)
NUDGES: Final = 3
READ_AT_ONCE: Final = 200
MOST: Final = 2_000
EMITS: Final = ("task_step_due", "task_finished", "workflow_stalled")
GIVEN_UP: Final = TaskError(
    code="stalled", detail=f"Nobody worked on this step, though it was told {NUDGES} times more. Start the task again."
)


async def reap(unit: Unit) -> None:
    """Take up stalled tasks and drop dead claims, up to 2,000 of each; what is left is the next run's."""
    told = failed = 0
    async for snapshot in _stalled_tasks():
        task = from_snapshot(snapshot, StoredTask)
        tenant_id = snapshot.reference.parent.parent.id
        context = RequestContext(
            unit.context.request_id, unit.context.trace_id, unit.context.span_id, task.service, "reap", tenant_id
        )
        try:
            if task.nudges < NUDGES:
                await _tell_again(task, context)
                told += 1
            else:
                await _give_up(task, context)
                failed += 1
        except (Conflict, VersionMismatch):
            continue  # somebody works on it after all
    dropped = await _drop_dead_claims()
    if told or failed or dropped:
        log("WARNING", "reaped", steps_told_again=told, tasks_failed=failed, claims_dropped=dropped)


async def _stalled_tasks() -> AsyncIterator[DocumentSnapshot]:
    """Unfinished tasks that were not written for ten minutes, and whose step holds no lease; longest ago first."""
    from google.cloud.firestore import FieldFilter

    moment = clock.utcnow()
    waiting = (
        firestore()
        .collection_group(COLLECTION)
        .where(filter=FieldFilter("state", "in", list(UNFINISHED)))
        .where(filter=FieldFilter("updated_at", "<", moment - STALLED_AFTER))
        .order_by("updated_at")
    )
    async for snapshot in _all(waiting):
        lease = snapshot.get("lease_until")
        if lease is None or lease < moment:
            yield snapshot


async def _all(query: AsyncQuery) -> AsyncIterator[DocumentSnapshot]:
    """Up to 2,000 documents, read page by page: each page is whole before its documents are changed."""
    seen = 0
    while seen < MOST:
        page = [snapshot async for snapshot in query.limit(READ_AT_ONCE).stream()]
        for snapshot in page:
            yield snapshot
        seen += len(page)
        if len(page) < READ_AT_ONCE:
            return
        query = query.start_after(page[-1])


async def _tell_again(task: StoredTask, context: RequestContext) -> None:
    unit = Unit(context, context.tenant_id, EMITS)
    fields = {"nudges": task.nudges + 1, "lease_until": None, "updated_at": clock.utcnow()}
    unit.patch_unchanged(task_reference(context.tenant_id, task.id), fields, task.stored_at)
    unit.emit(TaskStepDue(task_id=task.id, kind=task.kind, step=task.step))
    unit.emit(_stalled(task, "told_again"))
    await unit.commit()


async def _give_up(task: StoredTask, context: RequestContext) -> None:
    unit = Unit(context, context.tenant_id, EMITS)
    stage_end(task, "failed", GIVEN_UP, unit)
    unit.emit(_stalled(task, "failed"))
    await unit.commit()


def _stalled(task: StoredTask, outcome: str) -> WorkflowStalled:
    seconds = int((clock.utcnow() - task.updated_at).total_seconds())
    return WorkflowStalled(task_id=task.id, kind=task.kind, step=task.step, stalled_seconds=seconds, outcome=outcome)


async def _drop_dead_claims() -> int:
    from google.cloud.firestore import FieldFilter

    long_ago: datetime = clock.utcnow() - CLAIMS_DROPPED_AFTER
    dead = (
        firestore()
        .collection_group("idempotency")
        .where(filter=FieldFilter("state", "==", "running"))
        .where(filter=FieldFilter("lease_until", "<", long_ago))
        .order_by("lease_until")
    )
    dropped = 0
    async for snapshot in _all(dead):
        dropped += await _drop(snapshot)
    return dropped


async def _drop(snapshot: DocumentSnapshot) -> bool:
    from google.api_core.exceptions import FailedPrecondition
    from google.api_core.exceptions import NotFound as Gone

    try:
        await snapshot.reference.delete(option=firestore().write_option(last_update_time=snapshot.update_time))
    except (FailedPrecondition, Gone):
        return False  # a retry has taken it over
    return True
