"""Events of AI calls."""

from __future__ import annotations

from shared_layer.messaging.registry import EventPayload, event_type


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
