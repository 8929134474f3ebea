"""A contact, as it is asked for, stored and answered.

active ⇄ deleted (restorable for 30 days, then purged); active ⇄ merged (into another, until the merge is undone).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import ConfigDict, EmailStr, Field, StringConstraints, model_validator

from shared_layer.core.models import Entity, Model, empty_list
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "crm_contacts"

Stage = Literal["lead", "prospect", "customer", "former"]
Status = Literal["active", "deleted", "merged"]
Source = Literal["api", "import", "slack", "gmail", "form", "payment"]
Text = Annotated[str, StringConstraints(max_length=200)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=50, to_lower=True), Field(examples=["vip"])]
Phone = Annotated[str, StringConstraints(min_length=3, max_length=40), Field(examples=["+1 202 555 0143"])]
Owner = Annotated[str, StringConstraints(min_length=1, max_length=128), Field(examples=["ada"])]
FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Email = Annotated[EmailStr, StringConstraints(max_length=254)]


class Address(Model):
    """A postal address, as far as it is known."""

    number: Text | None = None
    street: Text | None = None
    unit: Text | None = None
    city: Text | None = None
    region: Text | None = None
    postcode: Text | None = None
    country: Text | None = None


class ContactFields(Model):
    """What people write of a contact. `emails` and `phones` begin with the one to use; `custom` is the tenant's own."""

    name: Name | None = Field(default=None, description="As it is shown; made of the parts, or split into them.")
    given_name: Name | None = None
    family_name: Name | None = None
    emails: Annotated[list[Email], Field(max_length=20)] = Field(default_factory=empty_list)
    phones: Annotated[list[Phone], Field(max_length=20)] = Field(default_factory=empty_list)
    company: Name | None = Field(default=None, description="Taken from the address's domain where it is left out.")
    title: Name | None = None
    address: Address | None = None
    born_on: date | None = None
    stage: Stage = "lead"
    owner: Owner | None = None
    tags: Annotated[list[Tag], Field(max_length=50)] = Field(default_factory=empty_list)
    custom: Annotated[dict[FieldName, Text], Field(max_length=50)] = Field(default_factory=dict)


class ContactDraft(ContactFields):
    """A contact to create: at least a name, an address, a number or a company."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "Ada Lovelace", "company": "Analytical Engines", "stage": "lead", "tags": ["vip"]}]
        }
    )

    @model_validator(mode="after")
    def _is_somebody(self) -> ContactDraft:
        named = (self.name, self.given_name, self.family_name, self.company)
        if not any(named) and not self.emails and not self.phones:
            raise ValueError("say who it is: a name, an address in emails, a number in phones or a company")
        return self


class ContactChanges(Model):
    """What may be changed; a field left out stays, null empties it."""

    name: Name | None = None
    given_name: Name | None = None
    family_name: Name | None = None
    emails: Annotated[list[Email], Field(max_length=20)] | None = None
    phones: Annotated[list[Phone], Field(max_length=20)] | None = None
    company: Name | None = None
    title: Name | None = None
    address: Address | None = None
    born_on: date | None = None
    stage: Stage | None = None
    owner: Owner | None = None
    tags: Annotated[list[Tag], Field(max_length=50)] | None = None
    custom: Annotated[dict[FieldName, Text], Field(max_length=50)] | None = None


class ScoreReason(Model):
    """Why a lead has its score: `points` of it come from this."""

    reason: str
    points: int
    detail: str


class Contact(Entity, ContactFields):
    """A contact as answered. `aliases` are the ids that were merged into it; asking for one answers this contact."""

    model_config = ConfigDict(extra="ignore")

    id: str
    # What is stored was checked when it came; an erasure may have left less of it than an address.
    emails: list[str] = Field(default_factory=empty_list)
    phones: list[str] = Field(default_factory=empty_list)
    status: Status = "active"
    source: Source
    company_domain: str | None = None
    slack_users: list[str] = Field(default_factory=empty_list, description="Slack users, as `team:user`.")
    aliases: list[str] = Field(default_factory=empty_list)
    merged_into: str | None = None
    deleted_at: datetime | None = None
    purge_after: datetime | None = Field(default=None, description="When a deleted contact goes for good.")
    last_contacted_at: datetime | None = None
    interactions: int = 0
    score: int = Field(default=0, ge=0, le=100)
    score_reasons: list[ScoreReason] = Field(default_factory=empty_list)
    scored_at: datetime | None = None
    created_by: str

    @model_validator(mode="before")
    @classmethod
    def _read_moment(cls, value: Any) -> Any:
        """A stored contact keeps its last contact as microseconds, which Firestore can raise without reading."""
        if isinstance(value, dict) and value.get("last_contacted_us"):
            moment = datetime.fromtimestamp(value["last_contacted_us"] / 1_000_000, tz=UTC)
            return value | {"last_contacted_at": moment}
        return value


class StoredContact(Contact):
    """A contact with what only the store needs: what it is sorted, searched and blocked by."""

    sort_name: str = ""
    terms: list[str] = Field(default_factory=empty_list)
    blocks: list[str] = Field(default_factory=empty_list)
    last_contacted_us: int = 0
    cold_since_us: int = 0

    @property
    def label(self) -> str:
        """What to call the contact."""
        return self.name or (self.emails or self.phones or [self.company or self.id])[0]

    def answer(self) -> Contact:
        """The contact as its readers see it."""
        return Contact.model_validate(self.model_dump())

    def model_dump(self, **options: Any) -> dict[str, Any]:
        """As Firestore takes it: a date is text, the moment of the last contact is in microseconds only."""
        data = super().model_dump(**options)
        data.pop("last_contacted_at", None)
        if isinstance(data.get("born_on"), date):
            data["born_on"] = data["born_on"].isoformat()
        return data


def contact_document(tenant_id: str, contact_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/crm_contacts/{id}`."""
    return tenant_document(tenant_id, COLLECTION, contact_id)
