"""Have opportunities computed anew each hour where the numbers changed, and wake what was snoozed until now."""

from shared_layer.aso.recomputing import begin_recomputing
from shared_layer.triggers import Resources, Unit, on_schedule


@on_schedule(
    "5 * * * *",
    deadline=600,
    emits=("aso_opportunities_due", "opportunity_changed"),
    resources=Resources(max_instances=1),
)
async def find_opportunities(unit: Unit) -> None:
    await begin_recomputing(unit)
