"""Events of tenants, their keys and quotas."""

from __future__ import annotations

from datetime import datetime

from shared_layer.messaging.registry import EventPayload, event_type


@event_type("tenant_created")
class TenantCreated(EventPayload):
    name: str
    plan: str


@event_type("tenant_updated")
class TenantUpdated(EventPayload):
    changed: list[str]


@event_type("tenant_status_changed")
class TenantStatusChanged(EventPayload):
    status: str
    former_status: str


@event_type("api_key_created")
class ApiKeyCreated(EventPayload):
    key_id: str
    scopes: list[str]


@event_type("api_key_rotated")
class ApiKeyRotated(EventPayload):
    key_id: str
    successor_id: str
    dies_at: datetime


@event_type("api_key_revoked")
class ApiKeyRevoked(EventPayload):
    key_id: str


@event_type("tenant_erased")
class TenantErased(EventPayload):
    """A deleted tenant's data is gone; `certificate` names the proof in the audit bucket."""

    certificate: str
    erased: dict[str, int]


@event_type("quota_threshold_reached")
class QuotaThresholdReached(EventPayload):
    """Told once for each threshold and period. `used` and `limit` are in the meter's unit."""

    meter: str
    period: str
    threshold_percent: int
    used: int
    limit: int
