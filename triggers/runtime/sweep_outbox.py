"""Publish the events that a crash left in the outbox, within eight seconds."""

from shared_layer.core.logs import log
from shared_layer.messaging.sweeping import sweep_on
from shared_layer.triggers import Resources, on_schedule


@on_schedule("* * * * *", deadline=70, resources=Resources(cpu=0.17, concurrency=1, max_instances=2))
async def sweep_outbox() -> None:
    if swept := await sweep_on():
        log("WARNING", "outbox_swept", f"{swept} events had not been relayed", swept=swept)
