"""Dismiss an opportunity: it is none, and is not told of again."""

from shared_layer.aso import opportunities
from shared_layer.aso.opportunity import Dismissal, Opportunity
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint(
    "POST",
    "/api/v1/aso/opportunities/{opportunity_id}:dismiss",
    scope="aso:write",
    idempotency="optional",
    emits=("opportunity_changed",),
)
async def dismiss_opportunity(opportunity_id: Id, given: Dismissal, caller: Caller, unit: Unit) -> Opportunity:
    return await opportunities.dismiss(opportunity_id, given, caller, unit)
