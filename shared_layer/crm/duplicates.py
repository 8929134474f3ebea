"""Duplicates found whenever a contact is written: its blocks are read, its likes weighed, the pairs kept for a person.

The work for one contact is bounded: one query for all its blocks; where they hold more than 200 contacts, a query for
each block, of which the overfull are passed over.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.ids import Id
from shared_layer.core.models import Page
from shared_layer.crm.blocking import record_of
from shared_layer.crm.contact import COLLECTION as CONTACTS
from shared_layer.crm.contact import StoredContact
from shared_layer.crm.duplicate import (
    COLLECTION,
    Duplicate,
    DuplicateFilter,
    DuplicateReason,
    duplicate_document,
    pair_id,
)
from shared_layer.crm.matching.keys import MOST
from shared_layer.crm.matching.scoring import Score, score
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot, page, read, tenant_collection

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncQuery

POSSIBLE: Final = 0.0
LIKELY: Final = 2.0
CERTAIN: Final = 6.0
READ_AT_ONCE: Final = 200
MOST_REASONS: Final = 6
MOST_PAIRS: Final = 50


async def refresh_duplicates(contact: StoredContact, unit: Unit) -> int:
    """Stage the pairs of a contact as they are now; those that hold no more are forgotten. Answers how many hold."""
    known = {one.id: one for one in await _known(unit.tenant_id, contact.id)}
    found = await _found(contact, unit.tenant_id) if contact.status == "active" else {}
    for duplicate_id, pair in found.items():
        before = known.pop(duplicate_id, None)
        if before is None or (before.status == "open" and before.reasons != pair.reasons):
            unit.put(duplicate_document(unit.tenant_id, duplicate_id), pair.model_dump())
    for duplicate_id, pair in known.items():
        if pair.status == "open":
            unit.delete(duplicate_document(unit.tenant_id, duplicate_id))
    return len(found)


async def _known(tenant_id: str, contact_id: str) -> list[Duplicate]:
    found = _of(tenant_id, contact_id).limit(2 * READ_AT_ONCE)
    return [from_snapshot(snapshot, Duplicate) async for snapshot in found.stream()]


def _of(tenant_id: str, contact_id: str) -> AsyncQuery:
    from google.cloud.firestore import FieldFilter

    return tenant_collection(tenant_id, COLLECTION).where(
        filter=FieldFilter("contact_ids", "array_contains", contact_id)
    )


async def _found(contact: StoredContact, tenant_id: str) -> dict[str, Duplicate]:
    mine = record_of(contact)
    scored = [(other, score(mine, record_of(other))) for other in await neighbours(contact, tenant_id)]
    likely = sorted((one for one in scored if one[1].weight > POSSIBLE), key=lambda one: -one[1].weight)
    return {pair_id(contact.id, other.id): _pair(contact, other, found) for other, found in likely[:MOST_PAIRS]}


async def neighbours(contact: StoredContact, tenant_id: str) -> list[StoredContact]:
    """The active contacts that share a block with this one."""
    if not contact.blocks:
        return []
    found = await _in_blocks(tenant_id, contact.blocks, READ_AT_ONCE + 1)
    if len(found) > READ_AT_ONCE:
        blocks = await asyncio.gather(*[_in_blocks(tenant_id, [key], MOST + 1) for key in contact.blocks])
        found = {other.id: other for block in blocks if len(block) <= MOST for other in block.values()}
    return [other for other in found.values() if other.id != contact.id]


async def _in_blocks(tenant_id: str, keys: list[str], limit: int) -> dict[str, StoredContact]:
    from google.cloud.firestore import FieldFilter

    query = (
        tenant_collection(tenant_id, CONTACTS)
        .where(filter=FieldFilter("status", "==", "active"))
        .where(filter=FieldFilter("blocks", "array_contains_any", keys))
        .limit(limit)
    )
    return {snapshot.id: from_snapshot(snapshot, StoredContact) async for snapshot in query.stream()}


def _pair(contact: StoredContact, other: StoredContact, found: Score) -> Duplicate:
    first, second = sorted((contact, other), key=lambda one: (one.created_at, one.id))
    return Duplicate(
        id=pair_id(contact.id, other.id),
        contact_ids=[first.id, second.id],
        names=[first.label, second.label],
        score=round(found.probability, 4),
        certainty="certain" if found.weight > CERTAIN else "likely" if found.weight > LIKELY else "possible",
        reasons=[
            DuplicateReason(field=reason.field, weight=round(reason.weight, 2), says=reason.says)
            for reason in found.reasons[:MOST_REASONS]
        ],
        found_at=clock.utcnow(),
    )


async def list_duplicates(wanted: DuplicateFilter, caller: Caller) -> Page[Duplicate]:
    """The pairs, the surest first."""
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(caller.tenant_id, COLLECTION)
    query: AsyncQuery = found if wanted.contact_id is None else _of(caller.tenant_id, wanted.contact_id)
    query = query.where(filter=FieldFilter("status", "==", wanted.status))
    if wanted.min_score > 0:
        query = query.where(filter=FieldFilter("score", ">=", wanted.min_score))
    return await page(query, Duplicate, wanted, ["-score"])


async def dismiss_duplicate(duplicate_id: Id, caller: Caller, unit: Unit) -> Duplicate:
    """Say that two contacts are two: the pair is not shown again. Raises NotFound."""
    pair = await read(duplicate_document(caller.tenant_id, duplicate_id), Duplicate)
    pair.status = "dismissed"
    unit.put(duplicate_document(caller.tenant_id, duplicate_id), pair.model_dump())
    return pair
