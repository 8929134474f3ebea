"""List the tenant's events, newest first, filtered by type, request and time.

An event is listed as soon as the command that caused it is answered.
"""

from shared_layer.front_door import Caller, Page, endpoint
from shared_layer.messaging.event_store import EventFilter, RecordedEvent, list_recorded


@endpoint("GET", "/api/v1/events", scope="analytics:read")
async def list_events(query: EventFilter, caller: Caller) -> Page[RecordedEvent]:
    return await list_recorded(caller.tenant_id, query)
