"""What a note, a task or a deal is about: a contact, a deal, both or neither."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from shared_layer.core.caller import Caller
from shared_layer.core.errors import NotFound
from shared_layer.core.ids import Id
from shared_layer.core.models import Model
from shared_layer.crm.contacts import load
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncCollectionReference, AsyncQuery

DEALS = "crm_deals"


class Attachment(Model):
    """What it is about. The id of a merged contact stands for the one that it went into."""

    contact_id: Id | None = None
    deal_id: Id | None = None


Attached = TypeVar("Attached", bound=Attachment)


async def attached(draft: Attached, tenant_id: str) -> Attached:
    """The draft with its contact as it is now. Raises NotFound where contact or deal are not the tenant's."""
    if draft.deal_id is not None and not (await tenant_document(tenant_id, DEALS, draft.deal_id).get()).exists:
        raise NotFound("There is no such deal. Check deal_id.")
    return draft.model_copy(update={"contact_id": await contact_now(tenant_id, draft.contact_id)})


async def contact_now(tenant_id: str, contact_id: str | None) -> str | None:
    """The id of a contact as it is now, whatever it was merged into. Raises NotFound where it is not the tenant's."""
    return None if contact_id is None else (await load(tenant_id, contact_id)).id


async def of_contact(
    found: AsyncCollectionReference, contact_id: str | None, deal_id: str | None, caller: Caller
) -> AsyncQuery:
    """The query narrowed to a contact (an alias stands for its contact) and a deal, where they are given."""
    from google.cloud.firestore import FieldFilter

    query: AsyncQuery = found
    if contact_id is not None:
        contact = await load(caller.tenant_id, contact_id)
        query = query.where(filter=FieldFilter("contact_id", "==", contact.id))
    if deal_id is not None:
        query = query.where(filter=FieldFilter("deal_id", "==", deal_id))
    return query
