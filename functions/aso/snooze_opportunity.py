"""Snooze an opportunity until a moment; then it is open again."""

from shared_layer.aso import opportunities
from shared_layer.aso.opportunity import Opportunity, Snooze
from shared_layer.front_door import Caller, Id, Unit, endpoint


@endpoint(
    "POST",
    "/api/v1/aso/opportunities/{opportunity_id}:snooze",
    scope="aso:write",
    idempotency="optional",
    emits=("opportunity_changed",),
)
async def snooze_opportunity(opportunity_id: Id, given: Snooze, caller: Caller, unit: Unit) -> Opportunity:
    return await opportunities.snooze(opportunity_id, given, caller, unit)
