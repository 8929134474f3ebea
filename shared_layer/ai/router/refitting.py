"""A tenant's own router: learned from its outcomes, published only where it is better on outcomes that it never saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from shared_layer.ai.router.gap import apgr, recovered
from shared_layer.ai.router.learning import Recipe, learn
from shared_layer.ai.router.model import Router
from shared_layer.ai.router.outcome import Outcome

FEWEST: Final = 400
"""Outcomes below which a refit is not tried: the test on the held-out third could not tell."""
RESAMPLES: Final = 200


@dataclass(frozen=True, slots=True)
class Refit:
    """The better of both routers, whether it is the new one, and the bound on what the new one adds in APGR.

    `held_out` are the outcomes that the new router did not learn from: a threshold is calibrated on them.
    """

    router: Router
    published: bool
    gained_at_least: float
    held_out: tuple[Outcome, ...]


def refit(base: Router, outcomes: Sequence[Outcome], confidence: float = 0.95) -> Refit:
    """`base` adapted to two thirds of the outcomes, if that is better on the other third with `confidence`.

    The outcomes are split by their content, so that neither their order nor a repeated run changes the verdict, and an
    outcome that is there twice is never on both sides.
    """
    learned = [outcome for outcome in outcomes if not _held(outcome)]
    held = tuple(outcome for outcome in outcomes if _held(outcome))
    if len(outcomes) < FEWEST or sum(outcome.gain for outcome in held) <= 0:
        return Refit(base, False, 0.0, tuple(outcomes))
    new = learn(learned, Recipe(base=base))
    bound = gain_bound(base, new, held, confidence)
    if bound > 0:
        return Refit(new, True, bound, held)
    return Refit(base, False, bound, tuple(outcomes))


def gain_bound(base: Router, new: Router, held: Sequence[Outcome], confidence: float) -> float:
    """What `new` surely adds to APGR over `base`: the paired bootstrap's lower bound.

    Resamples in which the strong model is not better have no APGR and are left out.
    """
    pairs = [(base.gain(outcome.vector), new.gain(outcome.vector), outcome) for outcome in held]
    random = Random(0)  # noqa: S311  a bootstrap, not a secret
    differences = []
    for _ in range(RESAMPLES):
        drawn = random.choices(pairs, k=len(pairs))
        outcomes = [outcome for _, _, outcome in drawn]
        if sum(outcome.gain for outcome in outcomes) > 0:
            before = apgr(recovered([gain for gain, _, _ in drawn], outcomes))
            differences.append(apgr(recovered([gain for _, gain, _ in drawn], outcomes)) - before)
    differences.sort()
    return differences[int(len(differences) * (1.0 - confidence))] if differences else 0.0


def _held(outcome: Outcome) -> bool:
    return sum(slot for slot, _ in outcome.vector) % 3 == 0
