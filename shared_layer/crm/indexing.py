"""What follows a write of a contact: its index made right, whoever wrote it, and its duplicates found.

The index is written only where it differs from what the contact's fields give, and giving is a function of those
fields alone: the write that this makes finds nothing to do.
"""

from __future__ import annotations

from typing import Any, Final

from shared_layer.crm.belongings import forget_pairs
from shared_layer.crm.contact import StoredContact, contact_document
from shared_layer.crm.duplicates import refresh_duplicates
from shared_layer.crm.normalising import reindex
from shared_layer.messaging.message import DocumentChange
from shared_layer.messaging.unit import Unit

INDEX: Final = ("sort_name", "terms", "blocks")
COMPARED: Final = (
    "status", "name", "given_name", "family_name", "emails", "phones", "company", "company_domain", "address",
    "born_on", "title", "tags", *INDEX,
)  # fmt: skip


async def index_contact(change: DocumentChange, unit: Unit) -> None:
    """Stage what a contact's new fields ask for; one that is gone has no pairs any more."""
    if change.fields is None:
        await forget_pairs(unit.tenant_id, change.parameters["contact_id"])
        return
    if not _counts(change):
        return
    contact = StoredContact.model_validate(change.fields)
    stored: dict[str, Any] = {name: getattr(contact, name) for name in INDEX}
    reindex(contact)
    given = {name: getattr(contact, name) for name in INDEX}
    if given != stored:
        unit.patch(contact_document(unit.tenant_id, contact.id), given)
    await refresh_duplicates(contact, unit)


def _counts(change: DocumentChange) -> bool:
    old, new = change.old_fields, change.fields
    return old is None or any(old.get(name) != (new or {}).get(name) for name in COMPARED)
