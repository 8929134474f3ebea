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


@event_type("task_step_due")
class TaskStepDue(EventPayload):
    """A step of an asynchronous task waits to be done."""

    task_id: str
    kind: str
    step: int


@event_type("task_finished")
class TaskFinished(EventPayload):
    task_id: str
    kind: str
    state: str
    steps: int


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


@event_type("audit_events_read")
class AuditEventsRead(EventPayload):
    """Somebody looked into the audit trail: which way, and by which of its filters (not for what)."""

    actor: str
    way: str
    filters: list[str]


@event_type("audit_chain_broken")
class AuditChainBroken(EventPayload):
    """The chain does not hold: the first sequence number that is wrong, and why."""

    first_bad_seq: int
    reason: str


@event_type("policy_changed")
class PolicyChanged(EventPayload):
    actor: str
    policy_id: str
    version: int
    enabled: bool


@event_type("legal_hold_changed")
class LegalHoldChanged(EventPayload):
    actor: str
    hold_id: str
    status: str


@event_type("privacy_request_created")
class PrivacyRequestCreated(EventPayload):
    actor: str
    request_id: str
    kind: str


@event_type("privacy_request_completed")
class PrivacyRequestCompleted(EventPayload):
    request_id: str
    kind: str
    certificate: str | None
