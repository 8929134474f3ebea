"""Who is behind an address or a number: keyed look-ups, one read each, whatever the number of contacts."""

from __future__ import annotations

from collections.abc import Sequence

from shared_layer.crm.contact import contact_document
from shared_layer.crm.identity import Identity, OwnedIdentity, e164, identities_of, identity_document
from shared_layer.crm.settings import read_settings
from shared_layer.storage.gcp_clients import firestore


async def find(
    tenant_id: str, emails: Sequence[str] = (), phone: str | None = None, slack: Sequence[str] = ()
) -> list[str]:
    """The ids of the contacts behind the addresses, the number and the Slack users (`team:user`), each once.

    In the order of the names given: a contact found by address comes before one found by number.
    """
    phones: list[str] = []
    if phone:
        number = e164(phone, (await read_settings(tenant_id)).phone_region)
        phones = [number] if number else []
    owned = await owners(tenant_id, identities_of(emails, phones, slack))
    return list(dict.fromkeys(one.contact_id for one in owned.values()))


async def owners(tenant_id: str, identities: Sequence[Identity]) -> dict[Identity, OwnedIdentity]:
    """The identities that somebody owns, in the order given. One batched read."""
    if not identities:
        return {}
    by_id = {identity.document_id: identity for identity in identities}
    references = [identity_document(tenant_id, identity) for identity in identities]
    found = {}
    async for snapshot in firestore().get_all(references):
        if snapshot.exists:
            found[by_id[snapshot.id]] = OwnedIdentity.model_validate(snapshot.to_dict())
    return {identity: found[identity] for identity in identities if identity in found}


async def addresses(tenant_id: str, contact_ids: Sequence[str]) -> dict[str, list[str]]:
    """The mail addresses of contacts, by id, of those that there are. One batched read."""
    if not contact_ids:
        return {}
    references = [contact_document(tenant_id, contact_id) for contact_id in dict.fromkeys(contact_ids)]
    found = {}
    async for snapshot in firestore().get_all(references, field_paths=["emails"]):
        if snapshot.exists:
            found[snapshot.id] = list((snapshot.to_dict() or {}).get("emails", []))
    return found
