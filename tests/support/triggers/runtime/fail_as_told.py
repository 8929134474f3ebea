"""Fail as the event's data says: for a while since something is away, or for good."""

from shared_layer.core.errors import Unavailable
from shared_layer.messaging.events.marketing import CampaignCreated
from shared_layer.storage.documents import tenant_document
from shared_layer.triggers import Envelope, Message, Unit, on_event

AWAY_FOR = 7
"""Deliveries, more than a handler's own failures may be."""


@on_event(("marketing-engine-events",), event_types=("campaign_created",))
async def fail_as_told(event: Envelope, created: CampaignCreated, message: Message, unit: Unit) -> None:
    if created.data.get("fails") == "for good":
        raise ValueError("a fault of its own")
    if created.data.get("fails") == "for a while" and message.delivery_attempt <= AWAY_FOR:
        raise Unavailable()
    effect = {"event_id": event.event_id, "attempt": message.delivery_attempt}
    unit.create(tenant_document(unit.tenant_id, "outlasted", event.event_id), effect)
