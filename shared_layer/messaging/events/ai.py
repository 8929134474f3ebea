"""Events of AI calls."""

from __future__ import annotations

from typing import Any

from shared_layer.messaging.registry import EventPayload, event_type, upcast


@event_type("ai_call_completed", version=2)
class AiCallCompleted(EventPayload):
    """One answered prompt, or `calls` alike ones from the cache: those are told together, with the first one's id.

    Tokens and `cost_micros` (millionths of a US dollar, 0 for answers from the cache) are of all of them together,
    `latency_ms` is their mean.
    """

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
    calls: int = 1


@upcast("ai_call_completed", from_version=1)
def _one_call(payload: dict[str, Any]) -> dict[str, Any]:
    return {**payload, "calls": 1}


@event_type("ai_budget_threshold_reached")
class AiBudgetThresholdReached(EventPayload):
    """A tenant spent so many percent of its AI budget of a month, for the first time in it."""

    period: str
    threshold_percent: int
    spent_micros: int
    limit_micros: int


@event_type("ai_credentials_changed")
class AiCredentialsChanged(EventPayload):
    """A tenant set its own key for a provider (`state` is `set`), or took it away (`removed`)."""

    actor: str
    provider: str
    state: str


@event_type("ai_budget_changed")
class AiBudgetChanged(EventPayload):
    """A tenant set its monthly AI budget; null: the plan's alone."""

    actor: str
    monthly_micros: int | None


@event_type("ai_provider_reconciled")
class AiProviderReconciled(EventPayload):
    """A provider's day held against the ledger.

    `invoice_micros` is what the provider says the day cost, null where it does not tell; `missing_models` are those of
    our price list that it does not have.
    """

    provider: str
    day: str
    ledger_micros: int
    invoice_micros: int | None
    missing_models: list[str]


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
