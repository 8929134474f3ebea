"""List opportunities, most clicks first: what is open, unless a status is asked for."""

from shared_layer.aso import opportunities
from shared_layer.aso.opportunity import Opportunity, OpportunityFilter
from shared_layer.front_door import Caller, Page, endpoint


@endpoint("GET", "/api/v1/aso/opportunities", scope="aso:read")
async def list_opportunities(query: OpportunityFilter, caller: Caller) -> Page[Opportunity]:
    return await opportunities.list_opportunities(query, caller)
