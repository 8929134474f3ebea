"""Save a segment: a contact list's rules under a name."""

from shared_layer.crm import segments
from shared_layer.crm.segments import Segment, SegmentDraft
from shared_layer.front_door import Caller, Unit, endpoint


@endpoint("POST", "/api/xynergyos/v2/crm/segments", scope="crm:write", status=201, idempotency="optional")
async def create_segment(draft: SegmentDraft, caller: Caller, unit: Unit) -> Segment:
    return await segments.create_segment(draft, caller, unit)
