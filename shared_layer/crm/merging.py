"""Two contacts become one, field by field, with all that belongs to them; and two again, exactly.

The contact that goes in keeps its document, which says where it went: its id stays an alias. What it owned (addresses,
numbers, interactions, notes, tasks, deals) goes along in the same commit; of more than 250 things the rest follows with
the event.
"""

from __future__ import annotations

from typing import Any

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import Conflict, IllegalTransition, ValidationFailed
from shared_layer.core.ids import Id, new_id
from shared_layer.core.models import Page, PageQuery
from shared_layer.crm.belongings import MERGES, stage_moves, stage_returns
from shared_layer.crm.claims import hand_over
from shared_layer.crm.contact import StoredContact, contact_document
from shared_layer.crm.contacts import contact_facts, contact_identities, load, load_active
from shared_layer.crm.counters import count_change
from shared_layer.crm.history import write_history
from shared_layer.crm.merge_record import (
    LISTS,
    SCALARS,
    Merge,
    MergeRequest,
    StoredMerge,
    merge_document,
)
from shared_layer.crm.normalising import reindex
from shared_layer.crm.people import owners
from shared_layer.messaging.events.crm import ContactsMerged, ContactsUnmerged
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import page, read, tenant_collection


async def merge_contacts(wanted: MergeRequest, caller: Caller, unit: Unit) -> Merge:
    """Merge one contact into another. Raises NotFound, IllegalTransition, ValidationFailed, Conflict."""
    contact = await load_active(caller.tenant_id, wanted.contact_id)
    other = await load_active(caller.tenant_id, wanted.merged_id)
    if contact.id == other.id:
        raise Conflict("Both ids are one contact already. Name two.")
    if unknown := sorted(set(wanted.winners) - set(SCALARS)):
        raise ValidationFailed(f"No winner can be chosen for {', '.join(unknown)}. Choose among {', '.join(SCALARS)}.")
    return await stage_merge(unit, contact, other, dict(wanted.winners), caller.principal, "merge")


async def stage_merge(
    unit: Unit,
    contact: StoredContact,
    other: StoredContact,
    winners: dict[str, Any],
    by: str,
    because: str,
    *,
    write: bool = True,
) -> Merge:
    """Stage that `other` goes into `contact`; without `write` the caller stages the contact itself."""
    before, facts, merged_facts = contact.model_dump(), contact_facts(contact), contact_facts(other)
    merged = other.model_dump()
    changed = _join(contact, other, winners)
    merge_id, moment = new_id("mrg"), clock.utcnow()
    moved = await stage_moves(unit, other.id, contact.id, merge_id)
    record = StoredMerge(
        id=merge_id, contact_id=contact.id, merged_id=other.id, because=because, by=by, changed=changed, moved=moved,
        merged=merged, created_at=moment, updated_at=moment,
    )  # fmt: skip
    unit.create(merge_document(unit.tenant_id, merge_id), record.model_dump())
    hand_over(unit, contact.id, await _own(unit.tenant_id, other))
    other.status, other.merged_into, other.aliases = "merged", contact.id, []
    unit.replace(contact_document(unit.tenant_id, other.id), other)
    count_change(unit, other.id, merged_facts, {})
    write_history(unit, contact, before, by, because)
    count_change(unit, contact.id, facts, contact_facts(contact))
    if write:
        unit.replace(contact_document(unit.tenant_id, contact.id), contact)
    unit.emit(ContactsMerged(merge_id=merge_id, contact_id=contact.id, merged_id=other.id))
    return record


async def _own(tenant_id: str, contact: StoredContact) -> list[Any]:
    """The identities that name the contact and are its own: one that it shares may be another's."""
    owned = await owners(tenant_id, contact_identities(contact))
    return [identity for identity, one in owned.items() if one.contact_id == contact.id]


def _join(contact: StoredContact, other: StoredContact, winners: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give the contact the other's values where they win; what was changed, by field."""
    before = contact.model_dump()
    for name in SCALARS:
        theirs = getattr(other, name)
        wins = winners.get(name)
        if wins == "merged" or (wins is None and getattr(contact, name) is None):
            setattr(contact, name, theirs)
    for name in LISTS:
        joined = dict.fromkeys([*getattr(contact, name), *getattr(other, name)])
        setattr(contact, name, list(joined))
    contact.aliases = list(dict.fromkeys([*contact.aliases, other.id]))
    contact.custom = other.custom | contact.custom
    contact.interactions += other.interactions
    contact.last_contacted_us = max(contact.last_contacted_us, other.last_contacted_us)
    reindex(contact)
    after = contact.model_dump()
    changed: dict[str, dict[str, Any]] = {
        name: {"from": before[name], "to": after[name]}
        for name in (*SCALARS, "last_contacted_us")
        if before[name] != after[name]
    }
    for name in (*LISTS, "custom"):
        if added := [item for item in after[name] if item not in before[name]]:
            changed[name] = {"added": added}
    return changed


async def undo_merge(merge_id: Id, caller: Caller, unit: Unit) -> Merge:
    """Undo a merge: fields changed by it go back where nobody changed them since, and what it brought goes along.

    Raises NotFound, IllegalTransition where it is undone already or its contact went into another one.
    """
    merge = await read(merge_document(caller.tenant_id, merge_id), StoredMerge)
    if merge.status == "undone":
        raise IllegalTransition("The merge is undone already.", status_now=merge.status)
    contact = await load(caller.tenant_id, merge.contact_id)
    if contact.id != merge.contact_id or contact.status != "active":
        raise IllegalTransition(
            f"The contact {merge.contact_id} is merged or deleted itself. Undo that first.", status_now=contact.status
        )
    now = await read(contact_document(caller.tenant_id, merge.merged_id), StoredContact)
    before, facts = contact.model_dump(), contact_facts(contact)
    restored = StoredContact.model_validate(merge.merged | {"version": now.version})
    restored.remember_update_time(now.stored_at)
    owned = await _own(caller.tenant_id, contact)
    _part(contact, merge, restored.interactions)
    kept = contact_identities(contact)
    own = [one for one in owned if one in contact_identities(restored) and one not in kept]
    since = await stage_returns(unit, contact.id, restored.id, merge.id, [one.document_id for one in own])
    contact.interactions = max(0, contact.interactions - since)
    _received(restored, since, before["last_contacted_us"])
    hand_over(unit, restored.id, own)
    count_change(unit, restored.id, {}, contact_facts(restored))
    unit.replace(contact_document(caller.tenant_id, restored.id), restored)
    write_history(unit, contact, before, caller.principal, "unmerge")
    count_change(unit, contact.id, facts, contact_facts(contact))
    unit.replace(contact_document(caller.tenant_id, contact.id), contact)
    merge.status, merge.undone_at = "undone", clock.utcnow()
    unit.replace(merge_document(caller.tenant_id, merge.id), merge)
    unit.emit(ContactsUnmerged(merge_id=merge.id, contact_id=contact.id, restored_id=restored.id))
    return Merge.model_validate(merge.model_dump())


def _part(contact: StoredContact, merge: StoredMerge, interactions: int) -> None:
    """Take from the contact what the merge gave it."""
    fields = contact.model_dump()
    for name, change in merge.changed.items():
        if name == "custom":
            contact.custom = {key: value for key, value in contact.custom.items() if key not in change["added"]}
        elif name in LISTS:
            setattr(contact, name, [item for item in getattr(contact, name) if item not in change["added"]])
        elif fields[name] == change["to"]:
            fields[name] = change["from"]
            setattr(contact, name, getattr(StoredContact.model_validate(fields), name))
    contact.interactions = max(0, contact.interactions - interactions)
    reindex(contact)


def _received(restored: StoredContact, since: int, moment: int) -> None:
    restored.interactions += since
    if since:
        restored.last_contacted_us = max(restored.last_contacted_us, moment)


async def list_merges(query: PageQuery, caller: Caller) -> Page[Merge]:
    """The tenant's merges, the latest first."""
    return await page(tenant_collection(caller.tenant_id, MERGES), Merge, query, ["-created_at"])
