"""Which providers a prompt tries, in which order, and why.

Where a weak and a strong provider are configured, the learned router decides by the tenant's policy: it knows with what
probability the weak model is good enough, and from which probability on that keeps the policy's target. Elsewhere, and
for prompts of kinds that neither the router's training nor the tenant's own outcomes met, the design document's rule
decides. Complex: Abacus, else OpenAI, else internal. Simple: internal. "Else" means not configured, breaker open, or
failed just now. A prompt whose internal model fails goes on to the others: an answer is worth more than the saving. A
named model is tried alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared_layer.ai.prompts.prompt import AUTO
from shared_layer.ai.providers.provider import Price, Provider
from shared_layer.ai.providers.table import INTERNAL, MOCK, PROVIDERS, answering
from shared_layer.ai.providers.tokens import text_of
from shared_layer.ai.router import decision as learned
from shared_layer.ai.router.features import pack_vector
from shared_layer.ai.routing.analysis import Complexity, analyse
from shared_layer.ai.routing.policy import RoutingPolicyText
from shared_layer.ai.routing.standing import Standing, standing_of
from shared_layer.core.caller import Caller
from shared_layer.core.errors import Forbidden, NotFound

_BY_ID: Final = {provider.id: provider for provider in (*PROVIDERS, MOCK)}
_BY_MODEL: Final = {model: provider for provider in (*PROVIDERS, MOCK) for model in provider.models}

_FORMS: Final = ("tools", "functions", "reasoning_effort")
"""Fields that make a request harder than its words tell."""
_PUBLIC: Final = "those are public outcomes of other models, until feedback or verified answers tell of yours"


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
    """The targets in the order in which they are tried (never empty), and why.

    `learned` is what the router thinks, where a weak and a strong provider are there; it decides if it is `sure`.
    `before` is what was tried already, in sentences.
    """

    targets: tuple[Target, ...]
    complexity: Complexity
    pinned: bool
    learned: learned.Decision | None = None
    standing: Standing | None = None
    before: tuple[str, ...] = ()

    @property
    def sure(self) -> bool:
        """Whether the learned router decided."""
        return self.learned is not None and self.learned.familiar

    @property
    def kind(self) -> str:
        """`pinned`; `weak` or `strong` by the learned router; `complex` or `simple` by the rule."""
        if self.pinned:
            return "pinned"
        if self.learned is not None and self.learned.familiar:
            return "weak" if self.learned.weak else "strong"
        return "complex" if self.complexity.complex else "simple"

    @property
    def weak_first(self) -> bool:
        """Whether the cheap model is to answer."""
        return self.kind in ("weak", "simple")

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why these targets."""
        return (*self._reasons, *self.before)

    @property
    def _reasons(self) -> tuple[str, ...]:
        if self.pinned:
            return (f"the caller named {self.targets[0].model}",)
        if self.learned is not None and self.learned.familiar:
            public = (_PUBLIC,) if self.standing is not None and self.standing.source == "public" else ()
            return tuple(f"{self.kind}: {reason}" for reason in (*self.learned.reasons, *public))
        return tuple(f"{self.kind}: {reason}" for reason in self.complexity.reasons)

    @property
    def kept(self) -> dict[str, Any]:
        """What the ledger keeps of a decision that the learned router had a say in, so that feedback can teach it."""
        if self.learned is None or self.standing is None:
            return {}
        return {
            "kind": self.kind,
            "router": self.standing.router.digest,
            "policy_version": self.standing.policy.version,
            "p_weak_good_enough": self.learned.p_weak_good_enough,
            "threshold": self.learned.threshold,
            "features": pack_vector(self.learned.vector),
        }


async def route(caller: Caller, model: str, body: Mapping[str, Any]) -> Decision:
    """The decision for an OpenAI chat body, without asking the breakers.

    Raises NotFound for an unknown model, Forbidden for one that the tenant's policy does not allow.
    """
    standing = await standing_of(caller)
    return decide(model, body, standing)


def decide(model: str, body: Mapping[str, Any], standing: Standing) -> Decision:
    """The decision by a standing."""
    complexity = analyse(body)
    policy = standing.policy
    if model != AUTO:
        return Decision((_allowed_target(model, policy),), complexity, True)
    weak, strong = weak_and_strong(policy)
    found = _ask_router(body, standing) if strong and weak and weak.provider is not MOCK else None
    plain = Decision((), complexity, False, found, standing)
    order = (*weak_list(weak), *strong) if plain.weak_first else (*strong, *weak_list(weak))
    if not order:
        raise Forbidden("The routing policy allows no provider that is configured here. PUT /api/v1/ai/routing-policy.")
    return Decision(order, complexity, False, found, standing)


def weak_list(weak: Target | None) -> tuple[Target, ...]:
    """The weak target, if there is one, as part of an order."""
    return () if weak is None else (weak,)


def weak_and_strong(policy: RoutingPolicyText) -> tuple[Target | None, tuple[Target, ...]]:
    """The cheap target and the strong ones, by the document's order, as far as the policy allows them.

    Where no provider is configured at all, the mock is the cheap one whatever the policy says: it leaves the house no
    more than it costs.
    """
    strong = [provider for provider in answering() if provider.strength == "strong"]
    weak = [provider for provider in answering() if provider.strength == "weak"]
    allowed = tuple(Target(provider, provider.model) for provider in strong if policy.allows(provider.id))
    cheap = [provider for provider in weak if policy.allows(provider.id if provider is not MOCK else INTERNAL.id)]
    first = cheap[0] if cheap else MOCK if weak == [MOCK] and not strong else None
    return (Target(first, first.model) if first else None), allowed


def _ask_router(body: Mapping[str, Any], standing: Standing) -> learned.Decision:
    policy, by_form = standing.policy.for_router, any(body.get(name) for name in _FORMS)
    text = last_question(body)
    own = standing.source == "own"
    return learned.decide(text, body["messages"], policy, standing.calibration, standing.router, by_form, own)


def last_question(body: Mapping[str, Any]) -> str:
    """What the user asked last."""
    return next((text_of(message) for message in reversed(body["messages"]) if message.get("role") == "user"), "")


def _allowed_target(name: str, policy: RoutingPolicyText) -> Target:
    target = pinned_target(name)
    if target.provider is not MOCK and not policy.allows(target.provider.id):
        raise Forbidden(f"The tenant's routing policy does not allow {target.provider.title}.", param="model")
    return target


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
