"""Say that two contacts are two: the pair is not shown again."""

from shared_layer.crm import duplicates
from shared_layer.crm.duplicate import Duplicate
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint("POST", "/api/xynergyos/v2/crm/duplicates/{duplicate_id}:dismiss", scope="crm:write", idempotency="optional")
async def dismiss_duplicate(duplicate_id: Id, caller: Caller, unit: Unit) -> Duplicate:
    return await duplicates.dismiss_duplicate(duplicate_id, caller, unit)
