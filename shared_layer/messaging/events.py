"""The events of the platform. To add one: a model here, its name in the `emits` of the functions that stage it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from shared_layer.messaging.registry import EventPayload, event_type


@event_type("campaign_created")
class CampaignCreated(EventPayload):
    campaign_id: str
    data: dict[str, Any]


@event_type("campaign_updated")
class CampaignUpdated(EventPayload):
    campaign_id: str
    version: int
    changed: list[str]


@event_type("campaign_status_changed")
class CampaignStatusChanged(EventPayload):
    campaign_id: str
    status: str
    former_status: str


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


@event_type("ai_call_completed")
class AiCallCompleted(EventPayload):
    """One answered prompt. `cost_micros` is in millionths of a US dollar, and 0 for an answer from the cache."""

    call_id: str
    operation: str
    provider: str
    model: str
    route: str
    prompt_tokens: int
    completion_tokens: int
    cost_micros: int
    latency_ms: float
    cached: bool


@event_type("platform_health_changed")
class PlatformHealthChanged(EventPayload):
    component: str
    status: str
    reason: str
