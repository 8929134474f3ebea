"""Block keys: two contacts are compared only where they share one, so that the work grows with the duplicates.

Every key is a rare coincidence that survives one kind of error: the sound of the names, a birthday, digits of a number,
the first letters beside the postcode. A key that too many contacts share is passed over by whoever reads a block.
"""

from __future__ import annotations

from shared_layer.crm.contact import StoredContact


def block_keys(contact: StoredContact) -> list[str]:
    """The keys of a contact, sorted."""
    keys = {f"e:{email}" for email in contact.emails} | {f"p:{phone[-8:]}" for phone in contact.phones}
    return sorted(keys)
