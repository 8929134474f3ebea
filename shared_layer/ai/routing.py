"""Which providers a prompt tries, in which order: the design document's rule.

Complex: Abacus, else OpenAI, else internal. Simple: internal. "Else" means not configured, breaker open, or failed
just now. A simple prompt whose internal model fails goes on to the others: an answer is worth more than the saving. A
named model is tried alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared_layer.ai.analysis import Complexity, analyse
from shared_layer.ai.prompt import AUTO
from shared_layer.ai.providers import INTERNAL, MOCK, PROVIDERS, Price, Provider, answering
from shared_layer.core.errors import NotFound

_BY_ID: Final = {provider.id: provider for provider in (*PROVIDERS, MOCK)}
_BY_MODEL: Final = {model: provider for provider in (*PROVIDERS, MOCK) for model in provider.models}


@dataclass(frozen=True, slots=True)
class Target:
    """A provider and which of its models."""

    provider: Provider
    model: str

    @property
    def price(self) -> Price:
        """What an answer costs."""
        return self.provider.price(self.model)


@dataclass(frozen=True, slots=True)
class Decision:
    """The targets in the order in which they are tried (never empty), and why."""

    targets: tuple[Target, ...]
    complexity: Complexity
    pinned: bool

    @property
    def kind(self) -> str:
        """`pinned`, `complex` or `simple`."""
        if self.pinned:
            return "pinned"
        return "complex" if self.complexity.complex else "simple"

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why these targets."""
        if self.pinned:
            return (f"the caller named {self.targets[0].model}",)
        return tuple(f"{self.kind}: {reason}" for reason in self.complexity.reasons)


def decide(model: str, body: Mapping[str, Any]) -> Decision:
    """The decision for an OpenAI chat body, without asking the breakers. Raises NotFound for an unknown model."""
    complexity = analyse(body)
    if model != AUTO:
        return Decision((pinned_target(model),), complexity, True)
    *strong, internal = answering()
    order = (*strong, internal) if complexity.complex else (internal, *strong)
    return Decision(tuple(Target(provider, provider.model) for provider in order), complexity, False)


def pinned_target(name: str) -> Target:
    """The target of `gpt-4o-mini`, `openai`, `openai/gpt-4o`, `internal`. Raises NotFound, saying what there is."""
    provider, model = _BY_ID.get(name), ""
    if provider is None:
        provider, model = _BY_MODEL.get(name), name
    if provider is None:
        provider = next((p for p in PROVIDERS if p.configured and p.model == name), None)
    if provider is None and "/" in name:
        prefix, _, model = name.partition("/")
        provider = _BY_ID.get(prefix)
    if provider is None:
        raise NotFound(
            f"There is no model {name[:100]!r}. GET /api/v1/ai/models lists them; 'auto' lets the router choose.",
            param="model",
        )
    if provider is INTERNAL and not provider.configured:
        return Target(MOCK, MOCK.model)
    if provider is not MOCK and not provider.configured:
        raise NotFound(
            f"{provider.title} is not configured here, so {name[:100]!r} cannot answer. Name another model, or 'auto'.",
            param="model",
        )
    return Target(provider, model or provider.model)
