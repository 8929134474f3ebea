"""Redrive: open dead letters are delivered again to the handlers that gave them up, once those are corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from shared_layer.core import clock
from shared_layer.messaging.dead_letters import COLLECTION, DeadLetter
from shared_layer.messaging.envelope import Envelope
from shared_layer.messaging.redelivery import Redelivery, redeliver
from shared_layer.messaging.unit import Unit
from shared_layer.runtime.steps import Done
from shared_layer.runtime.tasks import StoredTask
from shared_layer.storage.documents import from_snapshot, tenant_collection
from shared_layer.storage.gcp_clients import firestore

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncQuery, DocumentSnapshot

KIND: Final = "dead_letters.redrive"
LETTERS_A_STEP: Final = 100


def given(handler: str | None) -> dict[str, Any]:
    """The task's input: whose letters, and up to when; those that fail again meanwhile are left for another time."""
    return {"handler": handler, "until": clock.utcnow()}


async def count(tenant_id: str, chosen: dict[str, Any]) -> int:
    """How many letters are open."""
    return int((await _open(tenant_id, chosen).count().get())[0][0].value)


def _open(tenant_id: str, chosen: dict[str, Any]) -> AsyncQuery:
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(tenant_id, COLLECTION).where(filter=FieldFilter("status", "==", "open"))
    if chosen["handler"] is not None:
        found = found.where(filter=FieldFilter("handler", "==", chosen["handler"]))
    return found.where(filter=FieldFilter("failed_at", "<=", chosen["until"]))


async def step(task: StoredTask, unit: Unit) -> Done:
    """Mark the next letters as redriven, then publish them: an attempt that dies between is made good by the next."""
    mark = f"{task.id}:{task.step}"
    letters = await _marked(unit.tenant_id, mark)
    fresh = [snapshot async for snapshot in _open(unit.tenant_id, task.input).limit(LETTERS_A_STEP).stream()]
    letters += await _mark(fresh, mark)
    redeliveries = [found for letter in letters if (found := _redelivery(letter)) is not None]
    await redeliver(redeliveries)
    done = task.outcome.get("redriven", 0) + len(redeliveries)
    return Done(
        percent=min(99, 100 * done // max(1, task.input["count"])),
        outcome={"redriven": done, "unreadable": task.outcome.get("unreadable", 0) + len(letters) - len(redeliveries)},
        last=len(fresh) < LETTERS_A_STEP,
    )


async def _marked(tenant_id: str, mark: str) -> list[DeadLetter]:
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(tenant_id, COLLECTION).where(filter=FieldFilter("redriven_by", "==", mark))
    letters = [from_snapshot(snapshot, DeadLetter) async for snapshot in found.stream()]
    return [letter for letter in letters if letter.status == "redriven"]


async def _mark(snapshots: list[DocumentSnapshot], mark: str) -> list[DeadLetter]:
    """The letters, marked in one commit before anything is published: the handler may settle one at any moment."""
    batch = firestore().batch()
    letters = [from_snapshot(snapshot, DeadLetter) for snapshot in snapshots]
    for snapshot, letter in zip(snapshots, letters, strict=True):
        letter.status = "redriven" if _redelivery(letter) is not None else "unreadable"
        option = firestore().write_option(last_update_time=snapshot.update_time)
        batch.update(snapshot.reference, {"status": letter.status, "redriven_by": mark}, option=option)
    if letters:
        await batch.commit()
    return letters


def _redelivery(letter: DeadLetter) -> Redelivery | None:
    try:
        return Redelivery(Envelope.model_validate(letter.event), letter.handler, letter.id)
    except ValidationError:
        return None
