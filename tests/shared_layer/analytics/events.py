"""Envelopes for the tests of analytics."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from shared_layer.core.caller import Caller
from shared_layer.core.context import RequestContext
from shared_layer.core.ids import new_event_id
from shared_layer.messaging.envelope import Envelope, EventMetadata

START = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)


def event(
    tenant_id: str, event_type: str, payload: dict[str, Any], minutes: float = 0, request: str = "r1"
) -> Envelope:
    """An event of the tenant, `minutes` after START."""
    service = "ai-routing-engine" if event_type.startswith("ai_") else "marketing-engine"
    return Envelope(
        event_type=event_type,
        event_id=new_event_id(),
        timestamp=START + timedelta(minutes=minutes),
        tenant_id=tenant_id,
        source_service=service,
        payload=payload,
        schema_version=1,
        metadata=EventMetadata(correlation_id=request),
    )


def ai_call(tenant_id: str, provider: str, cost_micros: int, cached: bool = False, minutes: float = 0) -> Envelope:
    """An answered prompt of 100 + 20 tokens that took 250 ms."""
    payload = {
        "call_id": "c1", "operation": "marketing.plan", "provider": provider, "model": f"{provider}-1",
        "route": provider, "prompt_tokens": 100, "completion_tokens": 20, "cost_micros": cost_micros,
        "latency_ms": 250.0, "cached": cached,
    }  # fmt: skip
    return event(tenant_id, "ai_call_completed", payload, minutes)


def status_change(tenant_id: str, campaign_id: str, status: str, minutes: float) -> Envelope:
    """A campaign that moved to `status`."""
    payload = {"campaign_id": campaign_id, "status": status, "former_status": "draft"}
    return event(tenant_id, "campaign_status_changed", payload, minutes)


def created(tenant_id: str, campaign_id: str, minutes: float = 0) -> Envelope:
    """A new draft."""
    return event(tenant_id, "campaign_created", {"campaign_id": campaign_id, "data": {"status": "draft"}}, minutes)


def caller(tenant_id: str) -> Caller:
    """A caller of the tenant who may read analytics."""
    context = RequestContext("req_test1234", "0" * 32, "0" * 16, "analytics-data-layer", "test", tenant_id)
    return Caller(tenant_id, "key_test", frozenset({"analytics:read"}), "unlimited", False, context)
