"""Append every event of every service to its tenant's audit chain: once, in order of arrival, without a gap.

It is tried a hundred times before an event becomes a dead letter: an outage leaves no hole. Who follows the tenant's
events live is told as soon as the event has its number.
"""

from shared_layer.governance.chain import append
from shared_layer.live.announcing import announce
from shared_layer.storage.topics import EVENT_TOPICS
from shared_layer.triggers import Envelope, Resources, on_event


@on_event(EVENT_TOPICS, max_attempts=100, resources=Resources(concurrency=400))
async def append_audit_event(event: Envelope) -> None:
    await announce(event, await append(event))
