"""A whole answer as it goes to the caller, and as the cache keeps it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shared_layer.ai.money.spend import Spend
from shared_layer.ai.providers.completion import text_of_answer
from shared_layer.ai.providers.usage import Usage


@dataclass(frozen=True, slots=True)
class Route:
    """Which provider answered, and why: `complexity` is 0 (trivial) to 1, `reasons` are sentences for people."""

    provider: str
    reasons: tuple[str, ...]
    complexity: float


@dataclass(frozen=True, slots=True)
class Reply:
    """`body` is the provider's `chat.completion`, untouched; `tokens_saved` is what the optimiser took out (about).

    `semantic`: it was given to a like question, which the last of the route's reasons names.
    """

    body: dict[str, Any]
    model: str
    kind: str
    route: Route
    usage: Usage
    cost_micros: int
    latency_ms: float
    call_id: str
    tokens_saved: int = 0
    cached: bool = False
    semantic: bool = False

    def like(self, told: str) -> Reply:
        """The same as the answer to a like question; `told` says to which."""
        route = dataclasses.replace(self.route, reasons=(*self.route.reasons, told))
        return dataclasses.replace(self, route=route, semantic=True)

    @property
    def text(self) -> str:
        """The first choice's text; empty where it calls tools instead."""
        return text_of_answer(self.body)

    @property
    def tells(self) -> bool:
        """Whether there is anything in it worth keeping."""
        messages = [choice["message"] for choice in self.body["choices"]]
        return any(one.get("content") or one.get("tool_calls") or one.get("function_call") for one in messages)

    def stored(self) -> dict[str, Any]:
        """As JSON, for the cache."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    @classmethod
    def from_cache(cls, stored: dict[str, Any], call_id: str, latency_ms: float) -> Reply:
        """The stored answer given once more, under a call id of its own. It costs nothing.

        `stored` is what `stored()` gave, before or after it was JSON.
        """
        route, usage = stored["route"], stored["usage"]
        if isinstance(route, dict):
            route, usage = Route(route["provider"], tuple(route["reasons"]), route["complexity"]), Usage(**usage)
        return cls(
            body=stored["body"],
            model=stored["model"],
            kind=stored["kind"],
            route=route,
            usage=usage,
            cost_micros=0,
            latency_ms=latency_ms,
            call_id=call_id,
            tokens_saved=stored.get("tokens_saved", 0),
            cached=True,
            semantic=stored.get("semantic", False),
        )

    def spend(self, operation: str) -> Spend:
        """What an answer from the cache is told as."""
        return Spend(
            call_id=self.call_id,
            operation=operation,
            provider=self.route.provider,
            model=self.model,
            route=route_line(self.route.provider, self.route.reasons),
            usage=self.usage,
            cost_micros=self.cost_micros,
            latency_ms=self.latency_ms,
            tokens_saved=self.tokens_saved,
            cached=True,
            semantic="hit" if self.semantic else "",
        )


def route_line(provider: str, reasons: Iterable[str]) -> str:
    """A route in one line."""
    return f"{provider}: {'; '.join(reasons)}"
