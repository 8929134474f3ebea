"""Open a deal in one of the pipeline's stages."""

from shared_layer.crm import pipeline
from shared_layer.crm.deal import Deal, DealDraft
from shared_layer.front_door import Caller, Unit, endpoint


@endpoint(
    "POST",
    "/api/xynergyos/v2/crm/deals",
    scope="crm:write",
    status=201,
    idempotency="optional",
    emits=("deal_created", "deal_won", "interaction_recorded"),
)
async def create_deal(draft: DealDraft, caller: Caller, unit: Unit) -> Deal:
    return await pipeline.create_deal(draft, caller, unit)
