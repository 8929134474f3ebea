"""Who owns which identity: claimed with the precondition that nobody does, handed on by a merge, given up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shared_layer.core import clock
from shared_layer.crm.identity import Identity, OwnedIdentity, identity_document
from shared_layer.crm.people import owners
from shared_layer.messaging.unit import Unit


def _owned(identity: Identity, contact_id: str) -> OwnedIdentity:
    return OwnedIdentity(kind=identity.kind, value=identity.value, contact_id=contact_id, created_at=clock.utcnow())


def claim(unit: Unit, contact_id: str, identities: Iterable[Identity]) -> None:
    """Stage the contact as owner of identities that nobody owns; the commit raises Conflict where somebody does."""
    for identity in identities:
        unit.create(identity_document(unit.tenant_id, identity), _owned(identity, contact_id).model_dump())


def hand_over(unit: Unit, contact_id: str, identities: Iterable[Identity]) -> None:
    """Stage the contact as owner, whoever owned them before."""
    for identity in identities:
        unit.put(identity_document(unit.tenant_id, identity), _owned(identity, contact_id).model_dump())


async def released(unit: Unit, contact_id: str, identities: Sequence[Identity]) -> None:
    """Stage that the contact owns these no more, as far as it did."""
    for identity, owned in (await owners(unit.tenant_id, identities)).items():
        if owned.contact_id == contact_id:
            unit.delete(identity_document(unit.tenant_id, identity))
