"""Move what a merge of two contacts left behind: more than one commit holds, or what came at the same moment."""

from shared_layer.crm.belongings import move_rest
from shared_layer.messaging.events.crm import ContactsMerged
from shared_layer.triggers import Envelope, on_event


@on_event(("crm-engine-events",), event_types=("contacts_merged",), deadline=500)
async def settle_merge(merged: ContactsMerged, event: Envelope) -> None:
    await move_rest(event.tenant_id, merged.merged_id, merged.contact_id, merged.merge_id)
