"""From labelled prompts to a router."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from shared_layer.ai.router.calibration import Scored
from shared_layer.ai.router.features import SLOTS, Vector
from shared_layer.ai.router.fitting import ridge
from shared_layer.ai.router.model import Head, Router, quantised, sealed, typical_shape
from shared_layer.ai.router.outcome import Outcome

FOLDS: Final = 3


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to learn: the ridge's penalty and rounds, and the router to stay close to, where there is one.

    `belief` is what a prediction of the strong model's failure counts: all, for prompts of the kinds that are learned
    from; less for others, where it carries over badly, and only for familiar ones if `cautious` (ABROAD, chosen on
    subjects held out).
    """

    belief: float = 1.0
    cautious: bool = False
    penalty: float = 8.0
    epochs: int = 4
    base: Router | None = None


DEFAULT: Final = Recipe()
ABROAD: Final = Recipe(belief=0.7, cautious=True)


@dataclass(frozen=True, slots=True)
class Learned:
    """A router, and the outcomes that it was learned from, each scored by a router that had not seen it."""

    router: Router
    scored: tuple[Scored, ...]


def learn(outcomes: Sequence[Outcome], recipe: Recipe = DEFAULT) -> Router:
    """A router of these outcomes. Raises ValueError for fewer outcomes than folds."""
    return learn_scored(outcomes, recipe).router


def learn_scored(outcomes: Sequence[Outcome], recipe: Recipe = DEFAULT) -> Learned:
    """A router of these outcomes, deterministic. Folds tell how familiar and how likely good an unseen prompt is.

    Raises ValueError for fewer outcomes than folds.
    """
    if len(outcomes) < FOLDS:
        raise ValueError(f"learning needs {FOLDS} outcomes or more")
    order = list(range(len(outcomes)))
    Random(0).shuffle(order)  # noqa: S311  the folds, not a secret
    held: list[tuple[Outcome, Router]] = []
    for fold in range(FOLDS):
        part = _bare([outcomes[n] for place, n in enumerate(order) if place % FOLDS != fold], recipe)
        held += [(outcomes[n], part) for place, n in enumerate(order) if place % FOLDS == fold]
    familiar = sorted(part.familiarity(outcome.vector) for outcome, part in held)
    start, whole = familiar[0], familiar[len(familiar) // 100]
    trusted = (round(start, 6), round(max(whole, start + 0.01), 6))
    gains = [replace(part, trusted=trusted).gain(outcome.vector) for outcome, part in held]
    slope, offset = platt(gains, [float(outcome.good_enough) for outcome, _ in held])
    router = sealed(replace(_bare(outcomes, recipe), trusted=trusted, slope=slope, offset=offset))
    scored = [Scored(router.probability(gain), outcome) for gain, (outcome, _) in zip(gains, held, strict=True)]
    return Learned(router, tuple(scored))


def _bare(outcomes: Sequence[Outcome], recipe: Recipe) -> Router:
    rows: list[Vector] = [outcome.vector for outcome in outcomes]
    base = recipe.base
    weak = _head(rows, [1.0 - outcome.weak for outcome in outcomes], recipe, base.weak_fails if base else None)
    strong = _head(rows, [1.0 - outcome.strong for outcome in outcomes], recipe, base.strong_fails if base else None)
    usual = round(1.0 - sum(outcome.strong for outcome in outcomes) / len(outcomes), 6)
    return Router(weak, strong, usual, recipe.belief, recipe.cautious, (0.0, 1.0), 1.0, 0.0, typical_shape(rows))


def _head(rows: list[Vector], targets: list[float], recipe: Recipe, base: Head | None) -> Head:
    start = [base.weight(slot) for slot in range(SLOTS)] if base else ()
    return quantised(*ridge(rows, targets, recipe.penalty, recipe.epochs, start))


def platt(gains: Sequence[float], good: Sequence[float], rounds: int = 30) -> tuple[float, float]:
    """Slope and offset of P(good) = 1 / (1 + exp(offset + slope·gain)), by Newton's method, with a light prior."""
    slope, offset = 1.0, 0.0
    for _ in range(rounds):
        g_slope, g_offset, ss, so, oo = 1e-3 * (slope - 1.0), 1e-3 * offset, 1e-3, 0.0, 1e-3
        for gain, label in zip(gains, good, strict=True):
            wrong = 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, offset + slope * gain))))
            error, weight = wrong - (1.0 - label), wrong * (1.0 - wrong)
            g_slope += error * gain
            g_offset += error
            ss += weight * gain * gain
            so += weight * gain
            oo += weight
        determinant = ss * oo - so * so
        slope -= (oo * g_slope - so * g_offset) / determinant
        offset -= (ss * g_offset - so * g_slope) / determinant
    return float(f"{max(slope, 1e-6):.9g}"), float(f"{offset:.9g}")
