"""A campaign's mails as its owner sees them."""

from __future__ import annotations

from shared_layer.core.caller import Caller
from shared_layer.core.models import Page
from shared_layer.marketing.mail.mail import COLLECTION, Mail, MailFilter, StoredMail
from shared_layer.marketing.store import get_campaign
from shared_layer.storage.documents import page, tenant_collection


async def list_mails(campaign_id: str, wanted: MailFilter, caller: Caller) -> Page[Mail]:
    """The mails, newest first. Raises NotFound."""
    from google.cloud.firestore import FieldFilter

    await get_campaign(campaign_id, caller)
    found = tenant_collection(caller.tenant_id, COLLECTION).where(filter=FieldFilter("campaign_id", "==", campaign_id))
    if wanted.state is not None:
        found = found.where(filter=FieldFilter("state", "==", wanted.state))
    listed = await page(found, StoredMail, wanted, ["-created_at"])
    return Page[Mail](items=[mail.shown() for mail in listed.items], next_cursor=listed.next_cursor)
