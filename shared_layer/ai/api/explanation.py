"""Where a prompt would go and why, without asking any provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, model_validator

from shared_layer.ai.api.catalogue import ModelPrice, price_of
from shared_layer.ai.api.chat_request import ChatMessage
from shared_layer.ai.cascade.plan import plan_cascade
from shared_layer.ai.health.breaker import BreakerState, look
from shared_layer.ai.money.usual_cost import usual_cost
from shared_layer.ai.prompts.prompt import AUTO
from shared_layer.ai.providers.credentials import use_keys_of
from shared_layer.ai.providers.provider import MICROS
from shared_layer.ai.providers.table import MOCK
from shared_layer.ai.providers.tokens import estimate_messages
from shared_layer.ai.router.decision import contributions
from shared_layer.ai.routing.policy import CalibrationNote, KeepQualityTarget, SpendAtMostTarget
from shared_layer.ai.routing.route import Decision, Target, decide, last_question
from shared_layer.ai.routing.standing import Standing, standing_of
from shared_layer.core.caller import Caller
from shared_layer.core.models import Model


class ExplainRequest(Model):
    """A prompt, or messages with the fields that bear on the route."""

    model_config = ConfigDict(str_strip_whitespace=False)

    prompt: Annotated[str, Field(min_length=1, max_length=400_000)] | None = None
    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=2048)] | None = None
    model: Annotated[str, Field(min_length=1, max_length=200)] = AUTO
    tools: list[dict[str, Any]] | None = None
    response_format: dict[str, Any] | None = None
    reasoning_effort: str | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.prompt is None) == (self.messages is None):
            raise ValueError("Send either prompt or messages.")
        return self

    def body(self) -> dict[str, Any]:
        """The same as an OpenAI chat body."""
        asked = self.messages or [{"role": "user", "content": self.prompt}]
        form = {name: getattr(self, name) for name in ("tools", "response_format", "reasoning_effort")}
        return {"messages": asked} | {name: value for name, value in form.items() if value is not None}


class RouteOption(Model):
    """One target, in the order in which it would be tried."""

    provider: str
    model: str
    available: bool = Field(description="Its breaker would let a call through now.")
    breaker: str
    retry_in_seconds: float
    price: ModelPrice
    predicted_quality: float | None = Field(
        description="The probability that its answer is at least as good as the strong model's; null: not known."
    )
    predicted_cost_usd: float = Field(description="Exact for a price per request, else of an answer of usual length.")


class LearnedView(Model):
    """What the learned router thinks: `decides` is false for a kind of prompt that it never met; the rule decides then.

    The weak model answers from `threshold` on, which keeps the policy's target; `top_features` say what spoke loudest.
    """

    decides: bool
    p_weak_good_enough: float
    threshold: float
    top_features: list[str]


class PolicyView(Model):
    """The routing policy that was obeyed, and what its threshold rests on."""

    version: int
    target: KeepQualityTarget | SpendAtMostTarget
    cascade: bool
    calibration: CalibrationNote


class Explanation(Model):
    """`chosen` is the first available option; null where every breaker is open."""

    kind: str
    complexity: float
    complex: bool
    reasons: list[str]
    learned: LearnedView | None = Field(description="Null where no weak and strong provider are there to choose from.")
    policy: PolicyView
    cascade: bool = Field(description="Whether the cheap model answers first and its answer is checked.")
    chosen: RouteOption | None
    options: list[RouteOption]


async def explain(request: ExplainRequest, caller: Caller) -> Explanation:
    """The route decision for a prompt. Spends nothing, changes nothing.

    Raises NotFound for an unknown model, Forbidden for one that the policy does not allow.
    """
    body = request.body()
    await use_keys_of(caller)
    standing = await standing_of(caller)
    decision = decide(request.model, body, standing)
    cascade = plan_cascade(decision, body, None)
    targets = cascade.decision.targets if cascade else decision.targets
    real = [target.provider.breaker for target in targets if target.provider is not MOCK]
    states = {state.provider: state for state in await look(real)} if real else {}
    tokens = estimate_messages(body["messages"])
    options = [_option(target, states.get(target.provider.breaker), decision, tokens) for target in targets]
    return Explanation(
        kind=decision.kind,
        complexity=decision.complexity.score,
        complex=decision.complexity.complex,
        reasons=list(decision.reasons),
        learned=_learned(decision, body),
        policy=_policy(standing),
        cascade=cascade is not None,
        chosen=next((option for option in options if option.available), None),
        options=options,
    )


def _learned(decision: Decision, body: Mapping[str, Any]) -> LearnedView | None:
    found = decision.learned
    if found is None or decision.standing is None:
        return None
    return LearnedView(
        decides=decision.sure,
        p_weak_good_enough=round(found.p_weak_good_enough, 4),
        threshold=round(found.threshold, 4),
        top_features=list(contributions(last_question(body), decision.standing.router)),
    )


def _policy(standing: Standing) -> PolicyView:
    policy = standing.policy
    return PolicyView(version=policy.version, target=policy.target, cascade=policy.cascade, calibration=standing.note)


def _option(target: Target, state: BreakerState | None, decision: Decision, tokens: int) -> RouteOption:
    strong = target.provider.strength == "strong"
    quality = None
    if decision.learned is not None and target.provider is not MOCK:
        quality = 1.0 if strong else round(decision.learned.p_weak_good_enough, 4)
    return RouteOption(
        provider=target.provider.id,
        model=target.model,
        available=state.admits if state else True,
        breaker=state.state if state else "closed",
        retry_in_seconds=round(state.retry_in_seconds, 3) if state else 0.0,
        price=price_of(target.price),
        predicted_quality=quality,
        predicted_cost_usd=usual_cost(target.price, tokens) / MICROS,
    )
