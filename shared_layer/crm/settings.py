"""A tenant's settings of the CRM: who becomes a contact by himself, and how numbers without a country are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from shared_layer.core.caller import Caller
from shared_layer.core.models import Model, empty_list
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "crm_settings"
DOCUMENT: Final = "settings"

Domain = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]{1,253}$", to_lower=True), Field(examples=["acme.com"])]
Blocked = Annotated[
    str, StringConstraints(pattern=r"^[^\s@]{0,64}@?[A-Za-z0-9.-]{1,253}$", to_lower=True), Field(examples=["spam.com"])
]


def _known_region(region: str) -> str:
    import phonenumbers

    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"{region!r} is no region with telephone numbers; write its two letters, such as DE")
    return region


Region = Annotated[
    str, StringConstraints(min_length=2, max_length=2), AfterValidator(_known_region), Field(examples=["US"])
]


class CrmSettings(Model):
    """Who becomes a contact by himself.

    `mail`: `sent-to` whom somebody here wrote to, `both` also who wrote, `never`. `create_from` names the other ways.
    `blocklist` holds addresses and domains; `internal_domains` are the tenant's own. Role addresses (info@, sales@)
    never become a contact by mail or Slack, private ones (gmail.com) only where `personal_addresses` says so.
    `mail_visibility` is what of a mail the whole team sees on the timeline. `task_suggestions`: what known people ask
    and promise waits for a decision (`review`), becomes a task at once (`accept`), or is passed over (`never`).
    """

    mail: Literal["sent-to", "both", "never"] = "sent-to"
    create_from: list[Literal["slack", "form", "payment"]] = Field(default=["slack", "form", "payment"], max_length=3)
    personal_addresses: bool = True
    blocklist: Annotated[list[Blocked], Field(max_length=1000)] = Field(default_factory=empty_list)
    internal_domains: Annotated[list[Domain], Field(max_length=100)] = Field(default_factory=empty_list)
    mail_visibility: Literal["metadata", "subject", "everything"] = "subject"
    task_suggestions: Literal["review", "accept", "never"] = "review"
    phone_region: Region = Field(default="US", description="Where a number without a country is dialled.")


def settings_document(tenant_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/crm_settings/settings`."""
    return tenant_document(tenant_id, COLLECTION, DOCUMENT)


async def read_settings(tenant_id: str) -> CrmSettings:
    """The tenant's settings, or those that every tenant begins with."""
    snapshot = await settings_document(tenant_id).get()
    stored = snapshot.to_dict() if snapshot.exists else None
    if not stored:
        return CrmSettings()
    # An erasure strikes out the address of who asked for it, here as well.
    stored["blocklist"] = [entry for entry in stored["blocklist"] if not entry.startswith("[")]
    return CrmSettings.model_validate(stored)


async def put_settings(wanted: CrmSettings, caller: Caller, unit: Unit) -> CrmSettings:
    """Replace the settings. Contacts that there are stay."""
    unit.put(settings_document(caller.tenant_id), wanted.model_dump())
    return wanted
