"""Delete a contact; it can be restored for 30 days."""

from shared_layer.crm import contacts
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint(
    "DELETE", "/api/xynergyos/v2/crm/contacts/{contact_id}", scope="crm:write", status=204, emits=("contact_deleted",)
)
async def delete_contact(contact_id: Id, caller: Caller, unit: Unit) -> None:
    await contacts.delete_contact(contact_id, caller, unit)
