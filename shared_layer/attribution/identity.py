"""Whose journey an event belongs to: keyed look-ups, and two journeys made one where they prove to be one person's.

A contact's id and an address say who somebody is; a cookie's id says which browser. A browser that nobody is known by
joins whoever shows up in it. One that somebody else was known by before goes over to the newcomer from now on: what
passed before stays with whom it belongs to, because two people at one computer are not one person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from pydantic import ConfigDict

from shared_layer.attribution.event import stored_id
from shared_layer.core.models import Model
from shared_layer.crm.identity import canonical_email
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "attribution_identities"
Kind = Literal["contact", "email", "anonymous"]


class Identity(Model):
    """One name of a person, as kept: `value` in its one spelling, `told` as it was given, and whose it is."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    kind: Kind
    value: str
    told: str = ""
    person_id: str = ""

    @property
    def document_id(self) -> str:
        """160 bits of the hash of kind and value."""
        return stored_id("identity", self.kind, self.value)

    @property
    def new_person(self) -> str:
        """The id of a person who is first seen under this name: the same whoever sees him first."""
        return f"per_{stored_id('person', self.kind, self.value)[:26]}"


def contact_identity(contact_id: str) -> Identity:
    """A contact of the CRM."""
    return Identity(kind="contact", value=contact_id)


def email_identity(address: str) -> Identity:
    """A mail address."""
    return Identity(kind="email", value=canonical_email(address), told=address.strip().lower())


def anonymous_identity(anonymous_id: str) -> Identity:
    """A browser, by what the sender's cookie says."""
    return Identity(kind="anonymous", value=anonymous_id)


def identity_document(tenant_id: str, document_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/attribution_identities/{hash}`."""
    return tenant_document(tenant_id, COLLECTION, document_id)
