"""Get one segment with its rules."""

from shared_layer.front_door import Caller, Id, endpoint
from shared_layer.marketing.audience import segment
from shared_layer.marketing.audience.segment import AudienceSegment


@endpoint("GET", "/api/v1/segments/{segment_id}", scope="marketing:read")
async def get_audience_segment(segment_id: Id, caller: Caller) -> AudienceSegment:
    return await segment.get_segment(segment_id, caller.tenant_id)
