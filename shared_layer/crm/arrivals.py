"""Whose timeline a message, a mail, a form or a payment belongs on: found by what it names, made, or brought together.

The same evidence in any order comes to the same people. Who is named by an address, a Slack user or a number is found
by one keyed read. Where two contacts turn out to be one person (a Slack user whose address writes mail; a number that
was left in a form before the address was known), they are merged, and the merge can be undone like any other. A number
alone never brings two addresses together: a switchboard is no person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

from shared_layer.crm import merging
from shared_layer.crm.claims import claim, hand_over
from shared_layer.crm.contact import Source, StoredContact, contact_document
from shared_layer.crm.contacts import contact_facts, contact_identities, drafted, load, stage_new
from shared_layer.crm.counters import count_change
from shared_layer.crm.history import write_history
from shared_layer.crm.identity import Identity, OwnedIdentity, identities_of
from shared_layer.crm.normalising import complete, normal_emails
from shared_layer.crm.people import owners
from shared_layer.crm.policy import Way, excluded, refusal
from shared_layer.crm.settings import CrmSettings
from shared_layer.messaging.events.crm import ContactUpdated
from shared_layer.messaging.unit import Unit

LONGEST: Final = 200
_ADDRESS: Final = re.compile(r"[^\s@]{1,64}@[^\s@]{1,189}")


def _is_address(text: str) -> bool:
    return _ADDRESS.fullmatch(text.strip()) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What an event names a person by, and what it tells of him. `phones` are in E.164, `slack` is `team:user`."""

    way: Way
    source: Source
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    slack: tuple[str, ...] = ()
    automated: bool = False
    told: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """What is no address or no text is not told at all: other systems write what they like."""
        object.__setattr__(self, "emails", tuple(email.strip() for email in self.emails if _is_address(email)))
        told = {name: value.strip()[:LONGEST] for name, value in self.told.items() if value and value.strip()}
        object.__setattr__(self, "told", told)

    @property
    def identities(self) -> list[Identity]:
        """What the person is found by."""
        return identities_of(self.emails, self.phones, self.slack)


async def person(evidence: Evidence, settings: CrmSettings, unit: Unit) -> str | None:
    """The id of the contact, staged where the policy makes a new one; None where nobody is known and nobody is made."""
    if not evidence.identities or any(excluded(email, settings) for email in evidence.emails):
        return None
    owned = await owners(unit.tenant_id, evidence.identities)
    known = await _known(unit.tenant_id, owned)
    one_person = _one_person(evidence, owned, known)
    if not one_person:
        return _made(evidence, settings, list(owned), unit)
    first, *others = sorted(one_person, key=lambda one: (one.status != "active", one.created_at, one.id))
    if first.status != "active":
        return first.id
    for other in others:
        if other.status == "active":
            await merging.stage_merge(unit, first, other, {}, evidence.source, "sync", write=False)
    taken = [one for one in owned if known[one].id not in {contact.id for contact in one_person}]
    _tell(unit, first, evidence, taken, merged=len(others) > 0)
    return first.id


async def _known(tenant_id: str, owned: dict[Identity, OwnedIdentity]) -> dict[Identity, StoredContact]:
    contacts: dict[str, StoredContact] = {}
    for owner in dict.fromkeys(one.contact_id for one in owned.values()):
        contacts[owner] = await load(tenant_id, owner)
    by_id = {contact.id: contact for contact in contacts.values()}
    return {identity: by_id[contacts[one.contact_id].id] for identity, one in owned.items()}


def _one_person(
    evidence: Evidence, owned: dict[Identity, OwnedIdentity], known: dict[Identity, StoredContact]
) -> list[StoredContact]:
    """The contacts that the evidence shows to be one: those named for certain, and who has but the number."""
    sure = {known[one].id: known[one] for one in owned if one.kind != "phone"}
    named = bool(evidence.emails or evidence.slack)
    for one in owned:
        if one.kind == "phone" and not (named and known[one].emails):
            sure.setdefault(known[one].id, known[one])
    return list(sure.values())


def _made(evidence: Evidence, settings: CrmSettings, owned: list[Identity], unit: Unit) -> str | None:
    email = evidence.emails[0] if evidence.emails else None
    if refusal(email, evidence.way, settings, automated=evidence.automated):
        return None
    fields: dict[str, Any] = dict(evidence.told)
    fields |= {"emails": normal_emails(list(evidence.emails)), "phones": list(evidence.phones)}
    fields["slack_users"] = list(evidence.slack)
    contact = drafted(fields, evidence.source, evidence.source)
    stage_new(unit, contact, owned)
    return contact.id


def _tell(unit: Unit, contact: StoredContact, evidence: Evidence, taken: list[Identity], *, merged: bool) -> None:
    """Add to a contact what the evidence newly tells, but for identities `taken` by others; what is known stays."""
    before, facts, names = contact.model_dump(), contact_facts(contact), contact_identities(contact)
    contact.emails = normal_emails([*contact.emails, *evidence.emails])
    contact.phones = list(dict.fromkeys([*contact.phones, *_free_phones(evidence, taken)]))
    contact.slack_users = list(dict.fromkeys([*contact.slack_users, *evidence.slack]))
    for name, value in evidence.told.items():
        if getattr(contact, name) in (None, ""):
            setattr(contact, name, value)
    complete(contact)
    fresh = [one for one in contact_identities(contact) if one not in names and one not in taken]
    if not merged and contact.model_dump() == before:
        return
    if merged:
        hand_over(unit, contact.id, fresh)
    else:
        claim(unit, contact.id, fresh)
    changed = write_history(unit, contact, before, evidence.source, "sync")
    count_change(unit, contact.id, facts, contact_facts(contact))
    unit.replace(contact_document(unit.tenant_id, contact.id), contact)
    unit.emit(ContactUpdated(contact_id=contact.id, changed=changed))


def _free_phones(evidence: Evidence, taken: list[Identity]) -> list[str]:
    lost = {identity.value for identity in taken if identity.kind == "phone"}
    return [phone for phone in evidence.phones if phone not in lost]
