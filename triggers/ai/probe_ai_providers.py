"""Look at the health and latency of each AI provider; moves the breakers, whose changes are told as events."""

from shared_layer.ai.health.probing import probe_providers
from shared_layer.triggers import on_schedule


@on_schedule("* * * * *", deadline=55, emits=("platform_health_changed",))
async def probe_ai_providers() -> None:
    await probe_providers()
