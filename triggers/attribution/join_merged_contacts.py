"""Put the journeys of two contacts together that were merged."""

from shared_layer.attribution import hearing
from shared_layer.messaging.events.crm import ContactsMerged
from shared_layer.triggers import Unit, on_event


@on_event(("crm-engine-events",), event_types=("contacts_merged",), contended=True, max_attempts=40)
async def join_merged_contacts(merged: ContactsMerged, unit: Unit) -> None:
    await hearing.hear_merge(merged, unit)
