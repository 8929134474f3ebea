"""A contact as a record to compare, and the block keys that it is stored with."""

from __future__ import annotations

from typing import Final

from shared_layer.crm.contact import StoredContact
from shared_layer.crm.identity import canonical_email
from shared_layer.crm.matching.keys import keys_of
from shared_layer.crm.matching.record import Record, record

MOST_KEYS: Final = 30
"""As many as one Firestore query can ask for at once (`array_contains_any`)."""

_TELLING: Final = ("e", "p", "d", "nn", "a", "n", "wn", "ww", "w", "wo")


def record_of(contact: StoredContact) -> Record:
    """What of a contact is compared."""
    address = contact.address.model_dump() if contact.address is not None else {}
    return record(
        contact.id,
        **address,
        given=contact.given_name,
        family=contact.family_name,
        company=contact.company,
        born=contact.born_on.isoformat() if contact.born_on else "",
        emails=[canonical_email(email) for email in contact.emails],
        phones=contact.phones,
    )


def block_keys(contact: StoredContact) -> list[str]:
    """The most telling keys of a contact, at most 30."""

    def rank(key: str) -> tuple[int, str]:
        kind = key.partition(":")[0]
        return (_TELLING.index(kind) if kind in _TELLING else len(_TELLING), key)

    return sorted(keys_of(record_of(contact)), key=rank)[:MOST_KEYS]
