"""Take touches, conversions, refunds and spend in: a batch, each item with its own result.

An `event_id` is taken once: the same content again is a `duplicate`, another content a `conflict` that changes nothing.
Order does not matter: a touch that comes after the conversion that it led to is credited all the same.
"""

from shared_layer.attribution import receiving
from shared_layer.attribution.receiving import AttributionBatch, AttributionBatchResult
from shared_layer.front_door import Caller, Unit, endpoint


@endpoint(
    "POST",
    "/api/v1/attribution/events",
    scope="attribution:write",
    status=202,
    idempotency="optional",
    emits=("attribution_events_received",),
)
async def send_attribution_events(batch: AttributionBatch, caller: Caller, unit: Unit) -> AttributionBatchResult:
    return await receiving.receive(batch, caller, unit)
