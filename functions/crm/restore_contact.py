"""Restore a deleted contact, with everything that came from it meanwhile."""

from shared_layer.crm import contacts
from shared_layer.crm.contact import Contact
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint(
    "POST",
    "/api/xynergyos/v2/crm/contacts/{contact_id}:restore",
    scope="crm:write",
    idempotency="optional",
    emits=("contact_restored",),
)
async def restore_contact(contact_id: Id, caller: Caller, unit: Unit) -> Contact:
    return (await contacts.restore_contact(contact_id, caller, unit)).answer()
