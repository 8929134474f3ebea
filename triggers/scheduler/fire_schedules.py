"""Claim the fires of schedules that are due: each once, however many instances look at the same time."""

from shared_layer.core import clock
from shared_layer.scheduler.claiming import tick
from shared_layer.scheduler.starting import EMITS
from shared_layer.triggers import Unit, on_schedule


@on_schedule("* * * * *", deadline=55, emits=EMITS)
async def fire_schedules(unit: Unit) -> None:
    await tick(clock.utcnow(), unit)
