"""Addresses that get no campaign mail: who unsubscribed, complained or objected, and what bounced for good.

An entry's id is the mailbox's key, the same that the Gmail service gives an address of its own list, so that an
objection told there counts here without the address being told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal

from pydantic import EmailStr

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.models import Entity, Model, Page, PageQuery
from shared_layer.marketing.mail.mail import mailbox_key
from shared_layer.messaging.events.marketing import MarketingSuppressionChanged
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import page, read, tenant_collection, tenant_document
from shared_layer.storage.gcp_clients import firestore

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "marketing_suppressions"
Reason = Literal["unsubscribed", "bounced", "complained", "objected", "other"]


class NewMarketingSuppression(Model):
    """An address that is to get no more campaign mail."""

    email: EmailStr
    reason: Reason = "objected"


class MarketingSuppression(Entity):
    """An address that gets no campaign mail; `email` is null where only its key was told."""

    id: str
    email: str | None
    reason: Reason
    campaign_id: str | None = None


def suppression_id(mailbox: str) -> str:
    """The id of a mailbox's entry."""
    return f"sup_{mailbox}"


def suppression_document(tenant_id: str, suppression: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/marketing_suppressions/{id}`."""
    return tenant_document(tenant_id, COLLECTION, suppression)


async def suppressed(mailboxes: Sequence[str], tenant_id: str) -> set[str]:
    """Those of the mailboxes (by their keys) that get no mail. One batched read."""
    references = [suppression_document(tenant_id, suppression_id(one)) for one in mailboxes]
    if not references:
        return set()
    found = firestore().get_all(references)
    return {one.id.removeprefix("sup_") async for one in found if one.exists}


async def stage_suppression(
    unit: Unit, mailbox: str, email: str | None, reason: Reason, campaign_id: str | None = None
) -> bool:
    """Stage an entry where there is none; whether there was none."""
    entry_id = suppression_id(mailbox)
    reference = suppression_document(unit.tenant_id, entry_id)
    if (await reference.get()).exists:
        return False
    moment = clock.utcnow()
    entry = MarketingSuppression(
        id=entry_id, email=email, reason=reason, campaign_id=campaign_id, created_at=moment, updated_at=moment
    )
    unit.put(reference, entry.model_dump())
    unit.emit(MarketingSuppressionChanged(suppression_id=entry_id, change="added"), unit.tenant_id)
    return True


async def suppress(new: NewMarketingSuppression, caller: Caller, unit: Unit) -> MarketingSuppression:
    """Stage an entry; one that is there stays as it is."""
    mailbox = mailbox_key(caller.tenant_id, new.email)
    reference = suppression_document(caller.tenant_id, suppression_id(mailbox))
    if not await stage_suppression(unit, mailbox, new.email.lower(), new.reason):
        return await read(reference, MarketingSuppression)
    moment = clock.utcnow()
    return MarketingSuppression(
        id=suppression_id(mailbox), email=new.email.lower(), reason=new.reason, created_at=moment, updated_at=moment
    )


async def list_suppressions(query: PageQuery, caller: Caller) -> Page[MarketingSuppression]:
    """The entries, newest first."""
    return await page(tenant_collection(caller.tenant_id, COLLECTION), MarketingSuppression, query, ["-created_at"])


async def unsuppress(suppression: str, caller: Caller, unit: Unit) -> None:
    """Stage the end of an entry. Raises NotFound."""
    await read(suppression_document(caller.tenant_id, suppression), MarketingSuppression)
    unit.delete(suppression_document(caller.tenant_id, suppression))
    unit.emit(MarketingSuppressionChanged(suppression_id=suppression, change="removed"))
