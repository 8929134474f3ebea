"""List contacts: filtered, searched in full text, sorted, by a saved segment; one cursor for all of it."""

from shared_layer.crm import listing
from shared_layer.crm.contact import Contact
from shared_layer.crm.listing import ContactFilter
from shared_layer.front_door import Caller, Page, endpoint


@endpoint("GET", "/api/xynergyos/v2/crm/contacts", scope="crm:read")
async def list_contacts(query: ContactFilter, caller: Caller) -> Page[Contact]:
    return await listing.list_contacts(query, caller)
