"""The outbox of the mock: what would have gone out, where no provider is configured. Each mail once, by its key."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from pydantic import Field

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.ids import Id
from shared_layer.core.models import Model, Page, PageQuery
from shared_layer.marketing.mail.letter import Letter
from shared_layer.storage.documents import page, read, tenant_collection, tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "marketing_outbox"
KEPT: Final = timedelta(days=30)
PROVIDER: Final = "mock"


class OutboxMail(Model):
    """A mail that the mock took: nobody outside got it."""

    id: str
    campaign_id: str
    contact_id: str
    sender: str
    to: str
    subject: str
    html: str
    text: str
    headers: dict[str, str] = Field(default_factory=dict)
    taken_at: datetime
    expires_at: datetime


class OutboxFilter(PageQuery):
    """Which mails: of one campaign."""

    campaign_id: Id | None = None


def outbox_document(tenant_id: str, mail: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/marketing_outbox/{mail}`."""
    return tenant_document(tenant_id, COLLECTION, mail)


async def take(letter: Letter, tenant_id: str, campaign_id: str, contact_id: str) -> str:
    """Put a mail into the outbox; one that is there already stays as it is. Answers its id."""
    from google.api_core.exceptions import AlreadyExists

    moment = clock.utcnow()
    mail = OutboxMail(
        id=letter.key,
        campaign_id=campaign_id,
        contact_id=contact_id,
        sender=f"{letter.sender_name} <{letter.sender_email}>",
        to=letter.to,
        subject=letter.subject,
        html=letter.html,
        text=letter.text,
        headers=letter.headers,
        taken_at=moment,
        expires_at=moment + KEPT,
    )
    try:
        await outbox_document(tenant_id, letter.key).create(mail.model_dump())
    except AlreadyExists:
        return letter.key
    return letter.key


async def get_outbox_mail(mail: Id, caller: Caller) -> OutboxMail:
    """One mail. Raises NotFound."""
    return await read(outbox_document(caller.tenant_id, mail), OutboxMail)


async def list_outbox(wanted: OutboxFilter, caller: Caller) -> Page[OutboxMail]:
    """The mails, newest first."""
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(caller.tenant_id, COLLECTION)
    if wanted.campaign_id is not None:
        found = found.where(filter=FieldFilter("campaign_id", "==", wanted.campaign_id))
    return await page(found, OutboxMail, wanted, ["-taken_at"])
