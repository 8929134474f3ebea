"""Get an opportunity: clicks and revenue expected, the rows it was concluded from, what to do."""

from shared_layer.aso import opportunities
from shared_layer.aso.opportunity import Opportunity
from shared_layer.front_door import Caller, Id, endpoint


@endpoint("GET", "/api/v1/aso/opportunities/{opportunity_id}", scope="aso:read")
async def get_opportunity(opportunity_id: Id, caller: Caller) -> Opportunity:
    return await opportunities.get_opportunity(opportunity_id, caller)
