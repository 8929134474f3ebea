"""What a template can say: the contact, the campaign, the sender and the mail's own links."""

from __future__ import annotations

from typing import Any, Final

from shared_layer.crm.contact import StoredContact

EXAMPLE: Final[dict[str, Any]] = {
    "id": "con_example",
    "name": "Ada Lovelace",
    "given_name": "Ada",
    "family_name": "Lovelace",
    "email": "ada@engine.example",
    "company": "Analytical Engines",
    "title": "Countess",
    "stage": "customer",
    "city": "London",
    "country": "GB",
    "tags": ["vip"],
    "custom": {},
}
"""Whom a preview is written to where no contact is named."""


def contact_values(contact: StoredContact, email: str) -> dict[str, Any]:
    """`contact` in templates. What the contact has not is not there, so that it can be told missing."""
    address = contact.address
    values = {
        "id": contact.id,
        "name": contact.name,
        "given_name": contact.given_name,
        "family_name": contact.family_name,
        "email": email,
        "company": contact.company,
        "title": contact.title,
        "stage": contact.stage,
        "city": address.city if address else None,
        "country": address.country if address else None,
    }
    known = {name: value for name, value in values.items() if value}
    return known | {"tags": list(contact.tags), "custom": dict(contact.custom)}
