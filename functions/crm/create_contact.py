"""Create a contact; one that certainly exists is refused with the list of matches, unless ?force=true."""

from shared_layer.core.models import Query
from shared_layer.crm import contacts
from shared_layer.crm.contact import Contact, ContactDraft
from shared_layer.front_door import Caller, Unit, endpoint


class Creation(Query):
    """How to create: `force` also where a certain duplicate exists."""

    force: bool = False


@endpoint(
    "POST",
    "/api/xynergyos/v2/crm/contacts",
    scope="crm:write",
    status=201,
    idempotency="optional",
    emits=("contact_created",),
)
async def create_contact(draft: ContactDraft, options: Creation, caller: Caller, unit: Unit) -> Contact:
    return (await contacts.create_contact(draft, options.force, caller, unit)).answer()
