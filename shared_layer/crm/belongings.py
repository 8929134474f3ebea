"""What belongs to a contact and moves with it: interactions, notes, tasks, suggestions and deals.

Each carries the merges that brought it where it is, the latest last, so that a merge can be undone for exactly these.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_collection, tenant_document
from shared_layer.storage.gcp_clients import firestore

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncCollectionReference, AsyncQuery, DocumentSnapshot

MERGES: Final = "crm_merges"
AT_ONCE: Final = 250


async def stage_moves(unit: Unit, merged_id: str, contact_id: str, merge_id: str) -> dict[str, int]:
    """Stage up to 250 moves from the merged contact; answers how many of each kind. The rest follows in `move_rest`."""
    from google.cloud.firestore import ArrayUnion

    moved, room = {}, AT_ONCE
    for kind, collection in _places(unit.tenant_id).items():
        found = await _taken(_owned(collection, merged_id), room)
        for snapshot in found:
            unit.patch(snapshot.reference, {"contact_id": contact_id, "merges": ArrayUnion([merge_id])})
        moved[kind], room = len(found), room - len(found)
    return moved


async def stage_returns(unit: Unit, contact_id: str, merged_id: str, merge_id: str, identities: Sequence[str]) -> int:
    """Stage up to 250 moves back of what a merge brought, and of what has come since by `identities` of the merged.

    Answers how many interactions came since.
    """
    from google.cloud.firestore import ArrayRemove

    room, since = AT_ONCE, 0
    for collection in _places(unit.tenant_id).values():
        for snapshot in await _taken(_brought(collection, contact_id, merge_id), room):
            unit.patch(snapshot.reference, {"contact_id": merged_id, "merges": ArrayRemove([merge_id])})
            room -= 1
    for snapshot in await _since(unit.tenant_id, contact_id, identities, room):
        unit.patch(snapshot.reference, {"contact_id": merged_id})
        since += (snapshot.to_dict() or {})["state"] == "shown"
    return since


async def move_rest(tenant_id: str, merged_id: str, contact_id: str, merge_id: str) -> int:
    """Move what a merge has left behind, and what came to the merged contact at the same moment. Harmless twice.

    Nothing moves where the merge was undone meanwhile.
    """
    if (await tenant_document(tenant_id, MERGES, merge_id).get(["status"])).get("status") != "done":
        return 0
    from google.cloud.firestore import ArrayUnion

    fields = {"contact_id": contact_id, "merges": ArrayUnion([merge_id])}
    places = _places(tenant_id).values()
    return sum([await _write_all(_owned(collection, merged_id), fields) for collection in places])


async def return_rest(tenant_id: str, contact_id: str, merged_id: str, merge_id: str) -> int:
    """Move back what an undone merge has left behind. Harmless twice."""
    from google.cloud.firestore import ArrayRemove

    fields = {"contact_id": merged_id, "merges": ArrayRemove([merge_id])}
    places = _places(tenant_id).values()
    return sum([await _write_all(_brought(collection, contact_id, merge_id), fields) for collection in places])


async def forget_all(tenant_id: str, contact_id: str) -> None:
    """Remove for good what belongs to a contact, its history and its pairs. Harmless twice."""
    history = tenant_collection(tenant_id, "crm_history")
    for collection in (*_places(tenant_id).values(), history):
        await _delete_all(_owned(collection, contact_id))
    await forget_pairs(tenant_id, contact_id)


async def forget_pairs(tenant_id: str, contact_id: str) -> None:
    """Remove the pairs that a contact, which is gone, was found in: they hold its name."""
    from google.cloud.firestore import FieldFilter

    pairs = tenant_collection(tenant_id, "crm_duplicates")
    await _delete_all(pairs.where(filter=FieldFilter("contact_ids", "array_contains", contact_id)))


async def _delete_all(query: AsyncQuery) -> None:
    while found := await _taken(query, AT_ONCE):
        batch = firestore().batch()
        for snapshot in found:
            batch.delete(snapshot.reference)
        await batch.commit()


def _places(tenant_id: str) -> dict[str, AsyncCollectionReference]:
    """Where what belongs to contacts lies."""
    return {
        "interactions": tenant_collection(tenant_id, "crm_interactions"),
        "notes": tenant_collection(tenant_id, "crm_notes"),
        "tasks": tenant_collection(tenant_id, "crm_tasks"),
        "suggestions": tenant_collection(tenant_id, "crm_task_suggestions"),
        "deals": tenant_collection(tenant_id, "crm_deals"),
    }


def _owned(collection: AsyncCollectionReference, contact_id: str) -> AsyncQuery:
    from google.cloud.firestore import FieldFilter

    return collection.where(filter=FieldFilter("contact_id", "==", contact_id))


def _brought(collection: AsyncCollectionReference, contact_id: str, merge_id: str) -> AsyncQuery:
    from google.cloud.firestore import FieldFilter

    return _owned(collection, contact_id).where(filter=FieldFilter("merges", "array_contains", merge_id))


async def _since(tenant_id: str, contact_id: str, identities: Sequence[str], room: int) -> list[DocumentSnapshot]:
    """Interactions that the merged contact's own names brought to the contact, and no merge."""
    from google.cloud.firestore import FieldFilter

    found: list[DocumentSnapshot] = []
    for identity in identities:
        named = _owned(tenant_collection(tenant_id, "crm_interactions"), contact_id).where(
            filter=FieldFilter("identity", "==", identity)
        )
        fresh = await _taken(named.where(filter=FieldFilter("merges", "==", [])), room - len(found))
        found += fresh
    return found


async def _taken(query: AsyncQuery, limit: int) -> list[DocumentSnapshot]:
    return [snapshot async for snapshot in query.limit(limit).stream()] if limit > 0 else []


async def _write_all(query: AsyncQuery, fields: dict[str, Any]) -> int:
    """Write fields that take each document out of the query, page after page."""
    written = 0
    while found := await _taken(query, AT_ONCE):
        batch = firestore().batch()
        for snapshot in found:
            batch.update(snapshot.reference, fields)
        await batch.commit()
        written += len(found)
    return written
