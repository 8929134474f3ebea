"""Forget a saved segment; its contacts stay."""

from shared_layer.crm import segments
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint("DELETE", "/api/xynergyos/v2/crm/segments/{segment_id}", scope="crm:write", status=204)
async def delete_segment(segment_id: Id, caller: Caller, unit: Unit) -> None:
    await segments.delete_segment(segment_id, caller, unit)
