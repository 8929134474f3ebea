"""Get one deal."""

from shared_layer.crm import pipeline
from shared_layer.crm.deal import Deal
from shared_layer.front_door import Caller, Id, endpoint


@endpoint("GET", "/api/xynergyos/v2/crm/deals/{deal_id}", scope="crm:read")
async def get_deal(deal_id: Id, caller: Caller) -> Deal:
    return await pipeline.get_deal(deal_id, caller)
