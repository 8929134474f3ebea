"""Send each event on to the tenant's endpoints that asked for it."""

from shared_layer.storage.topics import EVENT_TOPICS
from shared_layer.triggers import Envelope, Resources, Unit, on_event
from shared_layer.webhooks.fan_out import fan_out


@on_event(EVENT_TOPICS, max_attempts=20, emits=("webhook_delivery_due",), resources=Resources(concurrency=200))
async def fan_out_event(event: Envelope, unit: Unit) -> None:
    await fan_out(event, unit)
