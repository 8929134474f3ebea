"""Throw a deal away, as if it had never been."""

from shared_layer.crm import pipeline
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint("DELETE", "/api/xynergyos/v2/crm/deals/{deal_id}", scope="crm:write", status=204)
async def delete_deal(deal_id: Id, caller: Caller, unit: Unit) -> None:
    await pipeline.delete_deal(deal_id, caller, unit)
