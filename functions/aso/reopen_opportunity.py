"""Open an opportunity again that was dismissed or snoozed."""

from shared_layer.aso import opportunities
from shared_layer.aso.opportunity import Opportunity
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint(
    "POST",
    "/api/v1/aso/opportunities/{opportunity_id}:reopen",
    scope="aso:write",
    idempotency="optional",
    emits=("opportunity_changed",),
)
async def reopen_opportunity(opportunity_id: Id, caller: Caller, unit: Unit) -> Opportunity:
    return await opportunities.reopen(opportunity_id, caller, unit)
