"""List what was changed of a contact, field by field: when, by whom, from what to what."""

from shared_layer.crm import contacts, history
from shared_layer.crm.history import ChangeRecord
from shared_layer.front_door import Caller, Id, Page, PageQuery, endpoint


@endpoint("GET", "/api/xynergyos/v2/crm/contacts/{contact_id}/history", scope="crm:read")
async def list_contact_history(contact_id: Id, query: PageQuery, caller: Caller) -> Page[ChangeRecord]:
    contact = await contacts.get_contact(contact_id, caller)
    return await history.list_history(contact.id, query, caller)
