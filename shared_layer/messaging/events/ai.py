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


@event_type("routing_policy_changed")
class RoutingPolicyChanged(EventPayload):
    """A tenant's routing policy has a new version; `threshold` is what its target (`kind`) was calibrated to."""

    actor: str
    version: int
    kind: str
    threshold: float
    cascade: bool
    semantic_cache: bool


@event_type("ai_feedback_given")
class AiFeedbackGiven(EventPayload):
    """Somebody judged the answer of a call: `score` is 0 (of no use) to 1 (perfect)."""

    call_id: str
    outcome: str
    score: float


@event_type("ai_answer_verified")
class AiAnswerVerified(EventPayload):
    """A cascade checked a cheap answer; `outcome` is `passed` or `escalated`, `check` the one that decided."""

    call_id: str
    outcome: str
    check: str
    cost_micros: int


@event_type("router_recalibrated")
class RouterRecalibrated(EventPayload):
    """A tenant's threshold (and, if `refitted`, its router) was learned anew from its own outcomes.

    `gained_at_least` is the bound on what the new router adds in APGR on outcomes that it never saw; 0 where the old
    one stays.
    """

    router: str
    refitted: bool
    gained_at_least: float
    threshold: float
    former_threshold: float
    outcomes: int
