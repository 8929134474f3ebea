"""Get one contact, also a deleted one; the id of a merged one answers the contact that it went into."""

from shared_layer.crm import contacts
from shared_layer.crm.contact import Contact
from shared_layer.front_door import Caller, Id, endpoint


@endpoint("GET", "/api/xynergyos/v2/crm/contacts/{contact_id}", scope="crm:read")
async def get_contact(contact_id: Id, caller: Caller) -> Contact:
    return (await contacts.get_contact(contact_id, caller)).answer()
