"""Get one event of the tenant by its id."""

from shared_layer.front_door import Caller, Id, endpoint
from shared_layer.messaging.event_store import RecordedEvent, read_recorded


@endpoint("GET", "/api/v1/events/{event_id}", scope="analytics:read")
async def get_event(event_id: Id, caller: Caller) -> RecordedEvent:
    return await read_recorded(caller.tenant_id, event_id)
