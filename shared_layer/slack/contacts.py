"""Which of the CRM's contacts the people of a workspace are."""

from __future__ import annotations

from collections.abc import Iterable

from shared_layer.crm import identity, people


async def contacts_of(tenant_id: str, emails: Iterable[str]) -> dict[str, str]:
    """The contact's id for each address that a contact has. One batched read."""
    wanted = sorted({email for email in emails if email})
    found = await people.owners(tenant_id, [identity.email_identity(email) for email in wanted])
    by_identity = {one: owned.contact_id for one, owned in found.items()}
    known = {email: by_identity.get(identity.email_identity(email)) for email in wanted}
    return {email: contact_id for email, contact_id in known.items() if contact_id}
