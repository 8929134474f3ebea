"""Save a segment: a tree of rules over contacts, their timeline and what they made of campaigns."""

from shared_layer.front_door import Caller, Unit, endpoint
from shared_layer.marketing.audience import segment
from shared_layer.marketing.audience.segment import AudienceSegment, AudienceSegmentDraft


@endpoint(
    "POST",
    "/api/v1/segments",
    scope="marketing:write",
    status=201,
    idempotency="optional",
    emits=("marketing_segment_created",),
)
async def create_audience_segment(draft: AudienceSegmentDraft, caller: Caller, unit: Unit) -> AudienceSegment:
    return await segment.create_segment(draft, caller, unit)
