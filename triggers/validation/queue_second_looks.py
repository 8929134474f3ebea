"""Have the links looked at again that did not answer the first time: only the second strike calls one dead."""

from shared_layer.triggers import Resources, Unit, on_schedule
from shared_layer.validation import link_checking


@on_schedule("* * * * *", deadline=55, emits=("link_check_due",), resources=Resources(max_instances=1))
async def queue_second_looks(unit: Unit) -> None:
    await link_checking.queue_second_looks(unit)
