"""Addresses that get no mail from here: who objected, what bounced. Checked when mail is taken, and when it is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal

from pydantic import EmailStr

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.models import Entity, Model, Page, PageQuery
from shared_layer.crm.identity import canonical_email
from shared_layer.messaging.events.gmail import GmailSuppressionChanged
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import page, read, tenant_collection, tenant_document
from shared_layer.storage.gcp_clients import firestore

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "gmail_suppressions"
Reason = Literal["objected", "bounced", "complained", "other"]


class NewSuppression(Model):
    """An address that is to get no more mail."""

    email: EmailStr
    reason: Reason = "objected"


class Suppression(Entity):
    """An address that gets no mail."""

    id: str
    email: str
    reason: Reason


def suppression_id(tenant_id: str, email: str) -> str:
    """The id of an address, however it is spelled; another tenant's id of it is another."""
    return f"sup_{hashlib.sha256(f'{tenant_id} {canonical_email(email)}'.encode()).hexdigest()[:24]}"


def suppression_document(tenant_id: str, suppression: str) -> AsyncDocumentReference:
    """An entry of the list."""
    return tenant_document(tenant_id, COLLECTION, suppression)


async def suppressed(emails: Sequence[str], tenant_id: str) -> list[str]:
    """Those of the addresses that get no mail. One batched read."""
    wanted = {suppression_id(tenant_id, email): email for email in emails}
    references = [suppression_document(tenant_id, one) for one in wanted]
    if not references:
        return []
    return sorted([wanted[one.id] async for one in firestore().get_all(references) if one.exists])


async def suppress(new: NewSuppression, caller: Caller, unit: Unit) -> Suppression:
    """Stage an entry; one that is there already is written again."""
    moment = clock.utcnow()
    entry = Suppression(
        id=suppression_id(caller.tenant_id, new.email),
        email=new.email.lower(),
        reason=new.reason,
        created_at=moment,
        updated_at=moment,
    )
    unit.put(suppression_document(caller.tenant_id, entry.id), entry.model_dump())
    unit.emit(GmailSuppressionChanged(suppression_id=entry.id, change="added"))
    return entry


async def list_suppressions(query: PageQuery, caller: Caller) -> Page[Suppression]:
    """The entries, newest first."""
    return await page(tenant_collection(caller.tenant_id, COLLECTION), Suppression, query, ["-created_at"])


async def unsuppress(suppression: str, caller: Caller, unit: Unit) -> None:
    """Stage the end of an entry. Raises NotFound."""
    await read(suppression_document(caller.tenant_id, suppression), Suppression)
    unit.delete(suppression_document(caller.tenant_id, suppression))
    unit.emit(GmailSuppressionChanged(suppression_id=suppression, change="removed"))
