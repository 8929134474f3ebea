"""Legal holds: what must be kept for a court or an authority, whoever asks for its erasure.

A hold names its subject by the same key as salts do, so that the hold itself holds nothing personal.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from pydantic import EmailStr, Field, StringConstraints

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import NotFound
from shared_layer.core.ids import Id, new_id
from shared_layer.core.models import Model, Page, PageQuery, empty_list
from shared_layer.governance.subject import Subject
from shared_layer.messaging.events.governance import LegalHoldChanged
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import page, tenant_collection, tenant_document

COLLECTION: Final = "legal_holds"


class NewLegalHold(Model):
    """What to keep: one subject's data, or without `email` and `contact_id` everybody's."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    email: EmailStr | None = None
    contact_id: Id | None = None


class LegalHold(Model):
    """A hold that stands. `subject_keys` is empty where it covers everybody."""

    id: str
    reason: str
    subject_keys: list[str] = Field(default_factory=empty_list)
    placed_by: str
    created_at: datetime


async def place_hold(new: NewLegalHold, caller: Caller, unit: Unit) -> LegalHold:
    """Stage a hold: from the commit on, erasures that it covers are refused."""
    keys = Subject(new.email, new.contact_id).keys
    hold = LegalHold(
        id=new_id("hold"),
        reason=new.reason,
        subject_keys=keys,
        placed_by=caller.principal,
        created_at=clock.utcnow(),
    )
    unit.create(tenant_document(caller.tenant_id, COLLECTION, hold.id), hold.model_dump())
    unit.emit(LegalHoldChanged(actor=caller.principal, hold_id=hold.id, status="placed"))
    return hold


async def release_hold(hold_id: str, caller: Caller, unit: Unit) -> None:
    """Stage the end of a hold. Raises NotFound."""
    reference = tenant_document(caller.tenant_id, COLLECTION, hold_id)
    if not (await reference.get()).exists:
        raise NotFound()
    unit.delete(reference)
    unit.emit(LegalHoldChanged(actor=caller.principal, hold_id=hold_id, status="released"))


async def list_holds(paging: PageQuery, caller: Caller) -> Page[LegalHold]:
    """The tenant's holds, newest first."""
    return await page(tenant_collection(caller.tenant_id, COLLECTION), LegalHold, paging, ["-created_at"])


async def any_hold(tenant_id: str) -> LegalHold | None:
    """A hold of the tenant, if there is one: its data cannot go as a whole."""
    async for snapshot in tenant_collection(tenant_id, COLLECTION).limit(1).stream():
        return LegalHold.model_validate(snapshot.to_dict())
    return None


async def hold_on(tenant_id: str, subject: Subject) -> LegalHold | None:
    """A hold that covers the subject, if there is one."""
    async for snapshot in tenant_collection(tenant_id, COLLECTION).stream():
        hold = LegalHold.model_validate(snapshot.to_dict())
        if not hold.subject_keys or set(hold.subject_keys) & set(subject.keys):
            return hold
    return None
