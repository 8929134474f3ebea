"""Publish the events that a crash left in the outbox."""

from shared_layer.core.logs import log
from shared_layer.messaging.outbox import sweep
from shared_layer.triggers import on_schedule


@on_schedule("* * * * *", deadline=55)
async def sweep_outbox() -> None:
    if swept := await sweep():
        log("WARNING", "outbox_swept", f"{swept} events had not been relayed", swept=swept)
