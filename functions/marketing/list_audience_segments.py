"""List the segments, newest first."""

from shared_layer.front_door import Caller, Page, PageQuery, endpoint
from shared_layer.marketing.audience import segment
from shared_layer.marketing.audience.segment import AudienceSegment


@endpoint("GET", "/api/v1/segments", scope="marketing:read")
async def list_audience_segments(query: PageQuery, caller: Caller) -> Page[AudienceSegment]:
    return await segment.list_segments(query, caller)
