"""Queue the deliveries whose next attempt is due: each once, however many schedulers look at the same time."""

from shared_layer.core import clock
from shared_layer.triggers import Unit, on_schedule
from shared_layer.webhooks.due import queue_due


@on_schedule("* * * * *", deadline=55, emits=("webhook_delivery_due",))
async def queue_due_webhooks(unit: Unit) -> None:
    await queue_due(clock.utcnow(), unit)
