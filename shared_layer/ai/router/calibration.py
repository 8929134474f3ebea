"""A threshold that keeps a tenant's target, with a confidence bound instead of a point guess.

Thresholds are walked from the safest towards the boldest; the first whose bound fails ends the walk. Because the order
is fixed beforehand, testing them one after another costs no confidence (fixed sequence testing; Angelopoulos et al.
2021, "Learn then Test", arXiv:2110.01052). The bound is the one-sided normal one on the mean, with one imagined worst
outcome added, so that a run of luck in few outcomes proves nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

from shared_layer.ai.router.outcome import Outcome
from shared_layer.ai.router.policy import KeepQuality, SpendAtMost, Target

ALWAYS_STRONG: Final = 1.0
ALWAYS_WEAK: Final = 0.0
FEWEST: Final = 100
"""With fewer outcomes nothing is proven: the safest threshold stands."""
_STEPS: Final = 100


@dataclass(frozen=True, slots=True)
class Threshold:
    """The weak model answers where P(weak is good enough) reaches `value` (1: never, 0: always)."""

    value: float
    weak_share: float = 0.0
    """The part of the calibration's prompts that went to the weak model."""

    def weak(self, probability: float) -> bool:
        """Whether a prompt of this probability goes to the weak model."""
        if self.value >= ALWAYS_STRONG:
            return False
        return probability >= self.value


@dataclass(frozen=True, slots=True)
class Calibration:
    """A threshold, the router it belongs to (its digest), and on how many outcomes it rests."""

    threshold: Threshold
    router: str
    target: Target
    outcomes: int


@dataclass(frozen=True, slots=True)
class Scored:
    """An outcome with the probability that a router which had not seen it gave to "weak is good enough"."""

    probability: float
    outcome: Outcome


def calibrate(outcomes: Sequence[Scored], target: Target, confidence: float = 0.95) -> Threshold:
    """The threshold that keeps `target` with `confidence`, on outcomes like these.

    KeepQuality: the boldest at which the routed answers surely keep the share of the strong model's quality.
    SpendAtMost: the best quality at which the mean cost surely stays within; where not even the weak model alone
    does, always the weak one.
    """
    if isinstance(target, SpendAtMost) and target.micros == 0:
        return Threshold(ALWAYS_WEAK, 1.0)
    ranked = sorted(outcomes, key=lambda scored: -scored.probability)
    if isinstance(target, KeepQuality):
        return _walk(ranked, range(1, _STEPS + 1), Threshold(ALWAYS_STRONG), _quality(target), confidence)
    return _walk(ranked, range(_STEPS - 1, -1, -1), Threshold(ALWAYS_WEAK, 1.0), _spend(ranked, target), confidence)


Margin = Callable[[Outcome, bool], float]
"""By how much an outcome, answered weak or not, is on the right side of the target; the mean must be 0 or more."""


def _quality(target: KeepQuality) -> tuple[Margin, float]:
    return lambda o, weak: (o.weak if weak else o.strong) - target.share * o.strong, -target.share


def _spend(ranked: Sequence[Scored], target: SpendAtMost) -> tuple[Margin, float]:
    dearest = max((scored.outcome.strong_cost for scored in ranked), default=0)
    return lambda o, weak: target.micros - (o.weak_cost if weak else o.strong_cost), float(target.micros - dearest)


def _walk(
    ranked: Sequence[Scored], steps: range, safest: Threshold, rule: tuple[Margin, float], confidence: float
) -> Threshold:
    if len(ranked) < FEWEST:
        return safest
    margin, worst = rule
    kept, tried = safest, None
    for step in steps:
        threshold = _at(ranked, step / _STEPS)
        if threshold == tried:
            continue
        tried = threshold
        margins = [margin(scored.outcome, threshold.weak(scored.probability)) for scored in ranked]
        if lower_bound([*margins, worst], confidence) < 0.0:
            break
        kept = threshold
    return kept


def _at(ranked: Sequence[Scored], share: float) -> Threshold:
    """The threshold that gives the weak model about this share; equal probabilities stay together."""
    count = round(share * len(ranked))
    value = ranked[count - 1].probability if count else ALWAYS_STRONG
    return Threshold(value, sum(scored.probability >= value for scored in ranked) / len(ranked) if count else 0.0)


def lower_bound(values: Sequence[float], confidence: float) -> float:
    """What the mean of such values surely exceeds. Raises ValueError for fewer than two."""
    if len(values) < 2:
        raise ValueError("a bound needs two values")
    mean = math.fsum(values) / len(values)
    variance = math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)
    return mean - NormalDist().inv_cdf(confidence) * math.sqrt(variance / len(values))
