"""Weak or strong, and why, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shared_layer.ai.router.calibration import ALWAYS_STRONG, ALWAYS_WEAK, Calibration, Threshold
from shared_layer.ai.router.features import Features, Vector, features
from shared_layer.ai.router.model import Router, packaged
from shared_layer.ai.router.policy import RoutingPolicy, SpendAtMost
from shared_layer.ai.router.shape import TRAITS

_REASONS: Final = 4


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the weak model answers; the probability and the threshold it was held against, both 0 to 1.

    `familiar` is false where the prompt's kind was not met in training: its threshold was calibrated on other prompts,
    so the platform's rule should decide instead. `vector` is the prompt as the router sees it.
    """

    weak: bool
    p_weak_good_enough: float
    threshold: float
    familiar: bool
    reasons: tuple[str, ...]
    vector: Vector


def decide(
    prompt_text: str,
    messages: Sequence[Mapping[str, Any]],
    policy: RoutingPolicy,
    calibration: Calibration | None,
    router: Router | None = None,
    by_form: bool = False,
) -> Decision:
    """The decision for what the user asks last; `messages` is the conversation around it, if there is one.

    `by_form`: the request's form (tools, say) makes it of another kind than its words tell.

    Without a calibration of just this router and target nothing is known of the threshold, and the strong model
    answers; a policy that spends nothing is always weak. A conversation is no familiar kind: training had none.
    """
    router = router or packaged()
    found = features(prompt_text)
    trust = router.trust(found.vector)
    probability = router.probability(router.gain(found.vector))
    threshold, because = _threshold(router, policy, calibration)
    weak = threshold.weak(probability)
    said = f"the weak model is good enough with {probability:.0%}; {because}"
    return Decision(
        weak=weak,
        p_weak_good_enough=probability,
        threshold=threshold.value,
        familiar=router.familiar(found.vector) and _turns(messages) <= 1 and not by_form,
        reasons=(said, *contributions(router, found, trust * router.belief)),
        vector=found.vector,
    )


def contributions(router: Router, found: Features, trust: float) -> tuple[str, ...]:
    """What spoke loudest for the strong model or for the weak one, against a typical prompt, loudest first."""
    named: list[tuple[float, str]] = []
    names = [trait.words for trait in TRAITS] + [f"{gram!r}" for gram in found.grams]
    for place, ((slot, value), name) in enumerate(zip(found.vector, names, strict=True)):
        pull = (router.weak_fails.weight(slot) - trust * router.strong_fails.weight(slot)) * value
        named.append((pull, f"{name}" if place < len(TRAITS) else f"the words {name}"))
    loudest = sorted(named, key=lambda item: -abs(item[0]))[:_REASONS]
    return tuple(
        f"{name} speaks for the {'strong' if pull > 0 else 'weak'} model ({pull:+.3f})" for pull, name in loudest
    )


def _threshold(router: Router, policy: RoutingPolicy, calibration: Calibration | None) -> tuple[Threshold, str]:
    if isinstance(policy.target, SpendAtMost) and policy.target.micros == 0:
        return Threshold(ALWAYS_WEAK), "the policy spends nothing"
    if calibration is None or calibration.target != policy.target or calibration.router != router.digest:
        return Threshold(ALWAYS_STRONG), "no calibration for this router and target yet, so the strong model answers"
    asked = calibration.threshold.value
    return calibration.threshold, f"{asked:.0%} are asked for, calibrated on {calibration.outcomes} outcomes"


def _turns(messages: Sequence[Mapping[str, Any]]) -> int:
    return sum(message.get("role") == "user" for message in messages)
