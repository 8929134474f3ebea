"""Change a deal; each stage is kept, and one that is won is a conversion."""

from shared_layer.crm import pipeline
from shared_layer.crm.deal import Deal, DealChanges
from shared_layer.front_door import Caller, Id, IfMatch, Unit, endpoint


@endpoint(
    "PATCH",
    "/api/xynergyos/v2/crm/deals/{deal_id}",
    scope="crm:write",
    emits=("deal_stage_changed", "deal_won", "interaction_recorded"),
)
async def update_deal(deal_id: Id, changes: DealChanges, version: IfMatch, caller: Caller, unit: Unit) -> Deal:
    return await pipeline.update_deal(deal_id, changes, version, caller, unit)
