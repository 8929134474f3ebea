"""Get one saved segment."""

from shared_layer.crm import segments
from shared_layer.crm.segments import Segment
from shared_layer.front_door import Caller, Id, endpoint


@endpoint("GET", "/api/xynergyos/v2/crm/segments/{segment_id}", scope="crm:read")
async def get_segment(segment_id: Id, caller: Caller) -> Segment:
    return await segments.get_segment(segment_id, caller)
