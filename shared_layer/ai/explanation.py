"""Where a prompt would go and why, without asking any provider."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, model_validator

from shared_layer.ai.breaker import BreakerState, look
from shared_layer.ai.catalogue import ModelPrice, price_of
from shared_layer.ai.chat_request import ChatMessage
from shared_layer.ai.prompt import AUTO
from shared_layer.ai.providers import MOCK
from shared_layer.ai.routing import Target, route
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


class Explanation(Model):
    """`chosen` is the first available option; null where every breaker is open."""

    kind: str
    complexity: float
    complex: bool
    reasons: list[str]
    chosen: RouteOption | None
    options: list[RouteOption]


async def explain(request: ExplainRequest, caller: Caller) -> Explanation:
    """The route decision for a prompt. Spends nothing, changes nothing. Raises NotFound for an unknown model."""
    decision = await route(caller, request.model, request.body())
    real = [target.provider.id for target in decision.targets if target.provider is not MOCK]
    states = {state.provider: state for state in await look(real)} if real else {}
    options = [_option(target, states.get(target.provider.id)) for target in decision.targets]
    return Explanation(
        kind=decision.kind,
        complexity=decision.complexity.score,
        complex=decision.complexity.complex,
        reasons=list(decision.reasons),
        chosen=next((option for option in options if option.available), None),
        options=options,
    )


def _option(target: Target, state: BreakerState | None) -> RouteOption:
    return RouteOption(
        provider=target.provider.id,
        model=target.model,
        available=state.admits if state else True,
        breaker=state.state if state else "closed",
        retry_in_seconds=round(state.retry_in_seconds, 3) if state else 0.0,
        price=price_of(target.price),
    )
