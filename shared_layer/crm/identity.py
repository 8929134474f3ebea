"""What names a person: an address, a telephone number, a Slack user. Each in one spelling, and owned by one contact.

An identity is a document of its own, `crm_identities/{hash of kind and value}`, that says whose it is. It is created
with the precondition that nobody owns it yet, so that two calls at once cannot make two contacts of one address.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from shared_layer.core.models import Model
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "crm_identities"
Kind = Literal["email", "phone", "slack"]

DOTLESS: Final = frozenset({"gmail.com", "googlemail.com"})
"""Providers that ignore dots in the local part: https://support.google.com/mail/answer/7436150"""

_SPACES: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """One name of a person, in its one spelling."""

    kind: Kind
    value: str

    @property
    def document_id(self) -> str:
        """160 bits of the hash of kind and value."""
        return hashlib.sha256(f"{self.kind}\0{self.value}".encode()).hexdigest()[:40]


class OwnedIdentity(Model):
    """An identity as stored. `contact_id` owns it; a merge hands it on."""

    kind: Kind
    value: str
    contact_id: str
    created_at: datetime


def identity_document(tenant_id: str, identity: Identity) -> AsyncDocumentReference:
    """`tenants/{tenant}/crm_identities/{hash}`."""
    return tenant_document(tenant_id, COLLECTION, identity.document_id)


def canonical_email(address: str) -> str:
    """The mailbox behind an address: lower case, without `+tag`, and without the dots that Gmail ignores."""
    local, _, domain = address.strip().lower().rpartition("@")
    local = local.partition("+")[0] or local
    if domain in DOTLESS:
        local, domain = local.replace(".", "") or local, "gmail.com"
    return f"{local}@{domain}"


def e164(number: str, region: str) -> str | None:
    """A telephone number as `+493012345678`, read as dialled in `region` (ISO 3166); None where it is no number."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(_SPACES.sub(" ", number.strip()), region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def email_identity(address: str) -> Identity:
    """The identity of a mail address."""
    return Identity("email", canonical_email(address))


def phone_identity(number: str) -> Identity:
    """The identity of a number in E.164."""
    return Identity("phone", number)


def identities_of(emails: Iterable[str], phones: Iterable[str], slack: Iterable[str] = ()) -> list[Identity]:
    """All identities of a person, each once, in a stable order; `slack` holds `team:user` pairs."""
    found = [email_identity(email) for email in emails]
    found += [phone_identity(phone) for phone in phones]
    found += [Identity("slack", user) for user in slack]
    return list(dict.fromkeys(found))
