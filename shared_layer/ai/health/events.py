"""A provider's breaker changed: told to the platform as an event, in a commit of its own."""

from __future__ import annotations

from shared_layer.ai.own_context import own_context
from shared_layer.core.logs import log, log_exception
from shared_layer.messaging.events.dashboard import PlatformHealthChanged
from shared_layer.messaging.unit import Unit

PLATFORM: str = "platform"
"""The tenant of events that concern the platform as a whole."""


async def tell_change(provider: str, state: str, reason: str) -> None:
    """Emit `platform_health_changed` for a breaker. An answer never fails because this does: it is logged then."""
    log("WARNING" if state == "open" else "INFO", "breaker_changed", provider=provider, state=state, reason=reason)
    unit = Unit(own_context(), PLATFORM, (PlatformHealthChanged.event_type,))
    unit.emit(PlatformHealthChanged(component=f"ai-provider:{provider}", status=state, reason=reason))
    try:
        await unit.commit()
    except Exception as error:  # noqa: BLE001 (whatever kept the event from being stored is told in the log)
        log_exception("breaker_event_lost", error, provider=provider, state=state)
