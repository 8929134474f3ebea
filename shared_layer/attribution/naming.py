"""All the names of whom events are about: those that they give, and those that the CRM knows of the same contact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared_layer.attribution.identity import Identity, anonymous_identity, contact_identity, email_identity
from shared_layer.crm import identity as crm_identity
from shared_layer.crm import people


@dataclass(frozen=True, slots=True)
class Names:
    """What one event says of who it is about."""

    contact_id: str | None = None
    email: str | None = None
    anonymous_id: str | None = None


async def identities(tenant_id: str, told: Sequence[Names]) -> list[list[Identity]]:
    """For each event its identities, the surest first. Two batched reads, however many events."""
    emails = sorted({one.email for one in told if one.email})
    owners = await people.owners(tenant_id, [crm_identity.email_identity(email) for email in emails])
    contacts = {
        email: owners[found].contact_id
        for email in emails
        if (found := crm_identity.email_identity(email)) in owners
    }  # fmt: skip
    known = await people.addresses(tenant_id, sorted({one.contact_id for one in told if one.contact_id}))
    return [_identities(one, contacts, known) for one in told]


def _identities(told: Names, contacts: dict[str, str], known: dict[str, list[str]]) -> list[Identity]:
    contact_id = told.contact_id or contacts.get(told.email or "")
    found = [contact_identity(contact_id)] if contact_id else []
    found += [email_identity(address) for address in (told.email, *known.get(told.contact_id or "", [])) if address]
    found += [anonymous_identity(told.anonymous_id)] if told.anonymous_id else []
    return list({one.document_id: one for one in found}.values())
