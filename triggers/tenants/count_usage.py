"""Count usage that other systems tell of as CloudEvents: once for each (source, id), in the window of its own time."""

from shared_layer.tenants.usage import take_usage
from shared_layer.triggers import Message, on_event


@on_event(("usage-events",), raw=True, max_attempts=20, emits=("quota_threshold_reached",))
async def count_usage(message: Message) -> None:
    await take_usage(message, "count_usage")
