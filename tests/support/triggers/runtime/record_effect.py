"""Write a document for each campaign event, another one each time: what was done twice can be counted."""

from uuid import uuid4

from shared_layer.storage.documents import tenant_document
from shared_layer.triggers import Envelope, Unit, on_event
from tests.support import faults


@on_event(("marketing-engine-events",), event_types=("campaign_created",))
async def record_effect(event: Envelope, unit: Unit) -> None:
    if "record_effect" in faults.broken:
        raise ArithmeticError("this handler has an error of its own")
    effect = {"event_id": event.event_id, "causation_id": unit.context.causation_id, "trace_id": unit.context.trace_id}
    unit.create(tenant_document(event.tenant_id, "effects", uuid4().hex), effect)
