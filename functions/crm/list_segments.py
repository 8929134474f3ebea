"""List the saved segments, the newest first."""

from shared_layer.crm import segments
from shared_layer.crm.segments import Segment
from shared_layer.front_door import Caller, Page, PageQuery, endpoint


@endpoint("GET", "/api/xynergyos/v2/crm/segments", scope="crm:read")
async def list_segments(query: PageQuery, caller: Caller) -> Page[Segment]:
    return await segments.list_segments(query, caller)
