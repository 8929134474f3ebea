"""Undo a merge: both contacts are again what they were, each with what belongs to it."""

from shared_layer.crm import merging
from shared_layer.crm.merge_record import Merge
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint(
    "POST",
    "/api/xynergyos/v2/crm/merges/{merge_id}:undo",
    scope="crm:write",
    idempotency="optional",
    emits=("contacts_unmerged",),
)
async def undo_merge(merge_id: Id, caller: Caller, unit: Unit) -> Merge:
    return await merging.undo_merge(merge_id, caller, unit)
