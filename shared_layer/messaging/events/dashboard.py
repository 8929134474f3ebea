"""Events of the platform's health."""

from __future__ import annotations

from shared_layer.messaging.registry import EventPayload, event_type


@event_type("platform_health_changed")
class PlatformHealthChanged(EventPayload):
    component: str
    status: str
    reason: str


@event_type("slo_burn_changed")
class SloBurnChanged(EventPayload):
    """A service began to burn its error budget too fast, or stopped: told once for each change.

    `burn_long` and `burn_short` are how many times faster than allowed the budget goes over the two windows (minutes).
    """

    service: str
    rule: str
    severity: str
    state: str
    objective: float
    factor: float
    long_minutes: int
    short_minutes: int
    burn_long: float
    burn_short: float
