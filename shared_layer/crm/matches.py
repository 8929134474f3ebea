"""Contacts that a new one certainly is: the same mailbox, or the same number under a like name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from shared_layer.core.models import Model
from shared_layer.crm.contact import StoredContact, contact_document
from shared_layer.crm.identity import Identity, identities_of
from shared_layer.crm.people import owners
from shared_layer.storage.documents import from_snapshot
from shared_layer.storage.gcp_clients import firestore

LIKE: Final = 85.0
"""Similarity of two names, of 100, from which one number means one person."""


class Match(Model):
    """A contact that it certainly is, and why."""

    contact_id: str
    name: str
    status: str
    certain_by: Literal["email", "phone", "slack"]
    reason: str


async def certain_matches(
    tenant_id: str, contact: StoredContact, only: Sequence[Identity] | None = None
) -> tuple[list[Match], list[Identity]]:
    """Who the contact certainly is by its identities (or `only` some), and those that others own already."""
    wanted = identities_of(contact.emails, contact.phones, contact.slack_users) if only is None else only
    held = {one: owned for one, owned in (await owners(tenant_id, wanted)).items() if owned.contact_id != contact.id}
    if not held:
        return [], []
    references = [contact_document(tenant_id, owner) for owner in {owned.contact_id for owned in held.values()}]
    others = {}
    async for snapshot in firestore().get_all(references):
        if snapshot.exists:
            others[snapshot.id] = from_snapshot(snapshot, StoredContact)
    matches: dict[str, Match] = {}
    for identity, owned in held.items():
        other = others.get(owned.contact_id)
        if other is not None and other.id not in matches and (match := _match(identity, contact, other)):
            matches[other.id] = match
    return list(matches.values()), list(held)


def _match(identity: Identity, contact: StoredContact, other: StoredContact) -> Match | None:
    from rapidfuzz import fuzz

    if identity.kind == "phone":
        one, two = (contact.name or "").casefold(), (other.name or "").casefold()
        if one and two and fuzz.token_sort_ratio(one, two) < LIKE:
            return None
    reason = {"email": "the same address", "phone": "the same number under a like name", "slack": "the same Slack user"}
    return Match(
        contact_id=other.id,
        name=other.label,
        status=other.status,
        certain_by=identity.kind,
        reason=f"{reason[identity.kind]}: {identity.value}",
    )
