"""Learn each tenant's threshold, and its router, anew from its outcomes; publish only what is better on unseen ones."""

from shared_layer.ai.outcomes.recalibration import recalibrate_due
from shared_layer.core.logs import log
from shared_layer.triggers import Resources, Unit, on_schedule


@on_schedule(
    "40 4 * * *",
    deadline=1500,
    emits=("router_recalibrated",),
    resources=Resources(memory=512, max_instances=1),
)
async def recalibrate_routers(unit: Unit) -> None:
    if published := await recalibrate_due(unit):
        log("INFO", "routers_recalibrated", f"{published} tenants have a new threshold", published=published)
