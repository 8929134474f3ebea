"""A data subject as the CRM knows it: who is named by one address is the contact with all of its addresses and ids."""

from __future__ import annotations

from dataclasses import replace

from shared_layer.core.errors import NotFound
from shared_layer.crm.contact import StoredContact
from shared_layer.crm.contacts import load
from shared_layer.crm.people import find
from shared_layer.governance.subject import Subject


async def same_person(tenant_id: str, subject: Subject) -> Subject:
    """The subject with every address and id of the contacts behind it, those that were merged into them among these."""
    emails, ids = set(subject.other_emails), set(subject.other_contact_ids)
    for contact_id in {*subject.contact_ids, *await find(tenant_id, subject.emails)}:
        ids.add(contact_id)
        contact = await _contact(tenant_id, contact_id)
        if contact is not None:
            emails.update(contact.emails)
            ids.update((contact.id, *contact.aliases))
    others = ids - {subject.contact_id}
    return replace(
        subject, other_emails=tuple(sorted(emails - {subject.email})), other_contact_ids=tuple(sorted(others))
    )


async def _contact(tenant_id: str, contact_id: str) -> StoredContact | None:
    """The contact that has this id today: itself, or the one that it was merged into."""
    try:
        return await load(tenant_id, contact_id)
    except NotFound:
        return None
