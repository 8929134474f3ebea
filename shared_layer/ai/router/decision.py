"""Weak or strong, and why, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import mul, sub
from typing import Any, Final

from shared_layer.ai.router.calibration import ALWAYS_STRONG, ALWAYS_WEAK, Calibration, Threshold
from shared_layer.ai.router.features import SHAPE, Vector, features
from shared_layer.ai.router.meaning import wanting
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
    own: bool = False,
) -> Decision:
    """The decision for what the user asks last; `messages` is the conversation around it, if there is one.

    `by_form`: the request's form (tools, say) makes it of another kind than its words tell. `own`: the calibration
    rests on outcomes of the tenant's own prompts, so that their kinds were met there, whatever the training knew.

    Without a calibration of just this router and target nothing is known of the threshold, and the strong model
    answers; a policy that spends nothing is always weak, and what a spend allows is not left to the platform's rule. A
    conversation is no familiar kind: training had none.
    """
    router = router or packaged()
    vector = features(prompt_text, router.meaning).vector
    judged = router.judge(vector)
    probability = router.probability(judged.gain)
    threshold, because = _threshold(router, policy, calibration)
    bounded = isinstance(policy.target, SpendAtMost)
    return Decision(
        weak=threshold.weak(probability),
        p_weak_good_enough=probability,
        threshold=threshold.value,
        familiar=bounded or ((own or (judged.familiar and _turns(messages) <= 1)) and not by_form),
        reasons=(f"the weak model is good enough with {probability:.1%}; {because}", *filter(None, [wanting()])),
        vector=vector,
    )


def contributions(prompt_text: str, router: Router) -> tuple[str, ...]:
    """What spoke loudest for the strong model or for the weak one, loudest first.

    A trait's part is what the predicted gain loses if it alone were of the usual measure; a word's is its weight. It
    takes as long as twenty decisions.
    """
    found = features(prompt_text, router.meaning)
    seen = router.sight.look(found.vector)
    trust = router.judge(found.vector, seen).trust
    heads = ((router.weak_fails, router.weak_fails.share), (router.strong_fails, -trust * router.strong_fails.share))
    changes = [list(map(sub, seen, without)) for without in router.sight.without(found.vector)]
    named = [
        (sum(part * sum(map(mul, head.kernel, change)) for head, part in heads), trait.words)
        for trait, change in zip(TRAITS, changes, strict=True)
    ]
    leaning = router.leaning(found.vector)
    named.append((leaning, f"being {'longer' if leaning > 0 else 'shorter'} than usual"))
    pulls = [
        sum(part * head.words[slot - SHAPE] * head.scale for head, part in heads) * value
        for slot, value in found.vector[SHAPE:]
    ]
    named.append((sum(pulls[len(found.grams) :]), "what it means"))
    named += [(pull, f"the words {gram!r}") for pull, gram in zip(pulls, found.grams, strict=False)]
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
    return calibration.threshold, f"{asked:.1%} are asked for, calibrated on {calibration.outcomes} outcomes"


def _turns(messages: Sequence[Mapping[str, Any]]) -> int:
    return sum(message.get("role") == "user" for message in messages)
