"""Requests of data subjects: an export or an erasure, due within 30 days (GDPR, articles 12, 15, 17 and 20)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from pydantic import ConfigDict, EmailStr, Field, model_validator

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.ids import Id, new_id
from shared_layer.core.models import Entity, Model, Page, PageQuery, empty_list
from shared_layer.governance.legal_hold import hold_on
from shared_layer.governance.subject import SamePerson, Subject
from shared_layer.messaging.events.governance import PrivacyRequestCreated
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import page, read, tenant_collection, tenant_document
from shared_layer.storage.gcp_clients import firestore

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "privacy_requests"
DUE_WITHIN: Final = timedelta(days=30)
Kind = Literal["export", "erasure"]
Status = Literal["received", "done", "refused"]


class NewPrivacyRequest(Model):
    """Whose data, and whether it is wanted or to be gone. Name the subject by address, contact id or both."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "export", "email": "ada@lovelace.example"}]})

    kind: Kind
    email: EmailStr | None = None
    contact_id: Id | None = None

    @model_validator(mode="after")
    def _names_somebody(self) -> NewPrivacyRequest:
        if self.email is None and self.contact_id is None:
            raise ValueError("name the subject: give email, contact_id or both")
        return self


class PrivacyRequest(Entity):
    """A request as answered: without the subject, so that no copy of an answer becomes one more place to erase."""

    id: str
    kind: Kind
    status: Status = "received"
    requested_by: str
    due_at: datetime
    refused_because: str | None = None
    completed_at: datetime | None = None
    found: dict[str, int] | None = Field(default=None, description="Where the subject stood, by store.")
    result: str | None = Field(default=None, description="The path to read an export at.")
    certificate: str | None = Field(default=None, description="An erasure's proof, in the audit bucket.")


class StoredRequest(PrivacyRequest):
    """A request as stored: its subject stands in it until it is done."""

    email: str | None = None
    contact_id: str | None = None
    other_emails: list[str] = Field(default_factory=empty_list)
    other_contact_ids: list[str] = Field(default_factory=empty_list)

    @property
    def subject(self) -> Subject:
        """Whom it is about."""
        return Subject(self.email, self.contact_id, tuple(self.other_emails), tuple(self.other_contact_ids))

    def name(self, subject: Subject | None) -> None:
        """Keep who it is about; None once it is done, or refused."""
        self.email = subject.email if subject else None
        self.contact_id = subject.contact_id if subject else None
        self.other_emails = list(subject.other_emails) if subject else []
        self.other_contact_ids = list(subject.other_contact_ids) if subject else []


async def create_request(new: NewPrivacyRequest, caller: Caller, unit: Unit, same: SamePerson) -> PrivacyRequest:
    """Stage a request and the event that has it done; an erasure that may not be done is refused with the reason."""
    moment = clock.utcnow()
    request = StoredRequest(
        id=new_id("prv"),
        kind=new.kind,
        requested_by=caller.principal,
        due_at=moment + DUE_WITHIN,
        created_at=moment,
        updated_at=moment,
    )
    request.name(await same(caller.tenant_id, Subject(new.email, new.contact_id)))
    if new.kind == "erasure" and (reason := await refusal(caller.tenant_id, request.subject)):
        request.status, request.refused_because = "refused", reason
        request.name(None)
    unit.create(request_document(caller.tenant_id, request.id), request.model_dump())
    unit.emit(PrivacyRequestCreated(actor=caller.principal, request_id=request.id, kind=new.kind))
    return shown(request)


async def refusal(tenant_id: str, subject: Subject) -> str | None:
    """Why the subject's data may not be erased now, if so."""
    if hold := await hold_on(tenant_id, subject):
        return f"Legal hold {hold.id}: {hold.reason}"
    tenant = (await firestore().collection("tenants").document(tenant_id).get()).to_dict() or {}
    if subject.named_in(tenant.get("owner_email") or ""):
        return "This is the account's owner, whom the contract is with. Change the owner, or delete the tenant."
    return None


async def list_requests(paging: PageQuery, caller: Caller) -> Page[PrivacyRequest]:
    """The tenant's requests, newest first."""
    return await page(tenant_collection(caller.tenant_id, COLLECTION), PrivacyRequest, paging, ["-created_at"])


async def get_request(request_id: str, caller: Caller) -> PrivacyRequest:
    """One request of the tenant. Raises NotFound."""
    return await read(request_document(caller.tenant_id, request_id), PrivacyRequest)


def request_document(tenant_id: str, request_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/privacy_requests/{id}`."""
    return tenant_document(tenant_id, COLLECTION, request_id)


def shown(request: StoredRequest) -> PrivacyRequest:
    """The request without its subject."""
    return PrivacyRequest.model_validate(request.model_dump())
