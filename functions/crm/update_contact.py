"""Change a contact; every field's old and new value are kept in its history."""

from shared_layer.crm import contacts
from shared_layer.crm.contact import Contact, ContactChanges
from shared_layer.front_door import Caller, Id, IfMatch, Unit, endpoint


@endpoint("PATCH", "/api/xynergyos/v2/crm/contacts/{contact_id}", scope="crm:write", emits=("contact_updated",))
async def update_contact(
    contact_id: Id, changes: ContactChanges, version: IfMatch, caller: Caller, unit: Unit
) -> Contact:
    return (await contacts.update_contact(contact_id, changes, version, caller, unit)).answer()
