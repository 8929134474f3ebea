"""Copy each event to BigQuery, as one row with the event's id as insert id.

It is tried a hundred times, over most of a day, before an event becomes a dead letter: an outage of the warehouse
loses nothing.
"""

from shared_layer.analytics.synchronisation import sync_event
from shared_layer.storage.topics import EVENT_TOPICS
from shared_layer.triggers import Envelope, on_event


@on_event(EVENT_TOPICS, max_attempts=100)
async def sync_event_to_warehouse(event: Envelope) -> None:
    await sync_event(event)
