"""Contacts: created, read, changed, deleted and restored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import DuplicateContact, IllegalTransition, NotFound, VersionMismatch
from shared_layer.core.ids import new_id
from shared_layer.crm.claims import claim, released
from shared_layer.crm.contact import ContactChanges, ContactDraft, Source, StoredContact, contact_document
from shared_layer.crm.counters import Facts, count_change
from shared_layer.crm.history import write_history
from shared_layer.crm.identity import Identity, identities_of
from shared_layer.crm.matches import certain_matches
from shared_layer.crm.normalising import complete, normal_emails, normal_phones
from shared_layer.crm.settings import read_settings
from shared_layer.messaging.events.crm import ContactCreated, ContactDeleted, ContactRestored, ContactUpdated
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import read

KEPT: Final = timedelta(days=30)
MOST_HOPS: Final = 32
REQUIRED: Final = {"emails": list, "phones": list, "tags": list, "custom": dict}


def contact_facts(contact: StoredContact | None) -> Facts:
    """What a contact counts for; nothing while it is deleted or merged."""
    if contact is None or contact.status != "active":
        return {}
    return {
        ("contacts", "total"): 1,
        ("contacts", "stage", contact.stage): 1,
        ("contacts", "owner", contact.owner or ""): 1,
        ("contacts", "source", contact.source): 1,
    }


def contact_identities(contact: StoredContact) -> list[Identity]:
    """Everything that names the contact."""
    return identities_of(contact.emails, contact.phones, contact.slack_users)


async def load(tenant_id: str, contact_id: str) -> StoredContact:
    """The contact, or the one that it was merged into. Raises NotFound."""
    for _ in range(MOST_HOPS):
        contact = await read(contact_document(tenant_id, contact_id), StoredContact)
        if contact.status != "merged" or contact.merged_into is None:
            return contact
        contact_id = contact.merged_into
    raise NotFound()


async def load_active(tenant_id: str, contact_id: str) -> StoredContact:
    """The contact, which must not be deleted. Raises NotFound, IllegalTransition."""
    contact = await load(tenant_id, contact_id)
    if contact.status == "deleted":
        raise IllegalTransition("The contact is deleted. Restore it first.", status_now="deleted")
    return contact


def drafted(fields: dict[str, Any], source: Source, by: str) -> StoredContact:
    """A new contact of normalised fields, complete, not staged."""
    moment = clock.utcnow()
    made = {"id": new_id("con"), "source": source, "created_by": by, "created_at": moment, "updated_at": moment}
    return complete(StoredContact.model_validate(fields | made))


def stage_new(unit: Unit, contact: StoredContact, owned: Sequence[Identity] = ()) -> None:
    """Stage a new contact with its identities (but for those `owned` by others), its counts and its event."""
    unit.create(contact_document(unit.tenant_id, contact.id), contact.model_dump())
    claim(unit, contact.id, [one for one in contact_identities(contact) if one not in owned])
    count_change(unit, contact.id, {}, contact_facts(contact))
    unit.emit(ContactCreated(contact_id=contact.id, origin=contact.source))


async def create_contact(draft: ContactDraft, force: bool, caller: Caller, unit: Unit) -> StoredContact:
    """Stage a contact. Raises DuplicateContact with the matches where it certainly exists, unless `force`."""
    region = (await read_settings(caller.tenant_id)).phone_region
    fields = draft.model_dump()
    fields["emails"] = normal_emails(draft.emails)
    fields["phones"] = normal_phones(draft.phones, region)
    contact = drafted(fields, "api", caller.principal)
    matches, owned = await certain_matches(caller.tenant_id, contact)
    if matches and not force:
        raise DuplicateContact(matches=[match.model_dump() for match in matches])
    stage_new(unit, contact, owned)
    return contact


async def get_contact(contact_id: str, caller: Caller) -> StoredContact:
    """One contact, also a deleted one; an alias answers the contact that it was merged into. Raises NotFound."""
    return await load(caller.tenant_id, contact_id)


async def update_contact(
    contact_id: str, changes: ContactChanges, version: int, caller: Caller, unit: Unit
) -> StoredContact:
    """Change a contact as of `version`. Raises VersionMismatch, IllegalTransition or DuplicateContact."""
    contact = await load_active(caller.tenant_id, contact_id)
    if contact.version != version:
        raise VersionMismatch()
    given = changes.model_dump(exclude_unset=True)
    if changes.emails is not None:
        given["emails"] = normal_emails(changes.emails)
    if changes.phones is not None:
        given["phones"] = normal_phones(changes.phones, (await read_settings(caller.tenant_id)).phone_region)
    await stage_change(unit, contact, given, caller.principal, "update")
    return contact


async def stage_change(unit: Unit, contact: StoredContact, given: dict[str, Any], by: str, because: str) -> list[str]:
    """Stage new values of a contact with its identities, counts, history and event; answers the fields that changed.

    Raises DuplicateContact where an address now named belongs to another contact.
    """
    before, facts, names = contact.model_dump(), contact_facts(contact), set(contact_identities(contact))
    values = {
        field: REQUIRED[field]() if value is None and field in REQUIRED else value for field, value in given.items()
    }
    if values.get("stage", "") is None:
        del values["stage"]
    changed = StoredContact.model_validate(before | values)
    for field in values:
        setattr(contact, field, getattr(changed, field))
    if "name" in values and not {"given_name", "family_name"} & set(values):
        contact.given_name = contact.family_name = None
    elif {"given_name", "family_name"} & set(values) and "name" not in values:
        contact.name = None
    complete(contact)
    now = contact_identities(contact)
    fresh = [one for one in now if one not in names]
    matches, owned = await certain_matches(unit.tenant_id, contact, only=fresh)
    if any(match.certain_by == "email" for match in matches):
        raise DuplicateContact(matches=[match.model_dump() for match in matches])
    claim(unit, contact.id, [one for one in fresh if one not in owned])
    await released(unit, contact.id, [one for one in names if one not in now])
    fields = write_history(unit, contact, before, by, because)
    count_change(unit, contact.id, facts, contact_facts(contact))
    unit.replace(contact_document(unit.tenant_id, contact.id), contact)
    unit.emit(ContactUpdated(contact_id=contact.id, changed=fields))
    return fields


async def delete_contact(contact_id: str, caller: Caller, unit: Unit) -> None:
    """Delete a contact: for 30 days it can be restored, and what comes from it meanwhile is kept for it."""
    contact = await load_active(caller.tenant_id, contact_id)
    before, facts = contact.model_dump(), contact_facts(contact)
    contact.status, contact.deleted_at = "deleted", clock.utcnow()
    contact.purge_after = contact.deleted_at + KEPT
    _save(unit, contact, before, facts, caller.principal, "delete")
    unit.emit(ContactDeleted(contact_id=contact.id))


async def restore_contact(contact_id: str, caller: Caller, unit: Unit) -> StoredContact:
    """Take a deleted contact back. Raises IllegalTransition where it is not deleted."""
    contact = await load(caller.tenant_id, contact_id)
    if contact.status != "deleted":
        raise IllegalTransition("The contact is not deleted.", status_now=contact.status)
    before, facts = contact.model_dump(), contact_facts(contact)
    contact.status, contact.deleted_at, contact.purge_after = "active", None, None
    _save(unit, contact, before, facts, caller.principal, "restore")
    unit.emit(ContactRestored(contact_id=contact.id))
    return contact


def _save(unit: Unit, contact: StoredContact, before: dict[str, Any], facts: Facts, by: str, because: str) -> None:
    write_history(unit, contact, before, by, because)
    count_change(unit, contact.id, facts, contact_facts(contact))
    unit.replace(contact_document(unit.tenant_id, contact.id), contact)
