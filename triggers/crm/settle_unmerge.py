"""Move back what an undone merge left behind: more than one commit holds."""

from shared_layer.crm.belongings import return_rest
from shared_layer.messaging.events.crm import ContactsUnmerged
from shared_layer.triggers import Envelope, on_event


@on_event(("crm-engine-events",), event_types=("contacts_unmerged",), deadline=500)
async def settle_unmerge(unmerged: ContactsUnmerged, event: Envelope) -> None:
    await return_rest(event.tenant_id, unmerged.contact_id, unmerged.restored_id, unmerged.merge_id)
