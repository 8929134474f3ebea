"""Take up what a crash left half-way: tasks whose step nobody works on, and claims whose owner died."""

from shared_layer.runtime.reaping import EMITS, reap
from shared_layer.triggers import Resources, Unit, on_schedule


@on_schedule("*/5 * * * *", deadline=240, emits=EMITS, resources=Resources(max_instances=1))
async def reap_stalled(unit: Unit) -> None:
    await reap(unit)
