"""Events of the platform's health."""

from __future__ import annotations

from shared_layer.messaging.registry import EventPayload, event_type


@event_type("platform_health_changed")
class PlatformHealthChanged(EventPayload):
    component: str
    status: str
    reason: str
