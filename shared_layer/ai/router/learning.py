"""From labelled prompts to a router.

Each head is learned in two steps: from the prompts' shapes, then from their words what the shapes left unexplained. A
third of the outcomes at a time is held out to see how much of what was learned holds elsewhere, how familiar an unseen
prompt looks, and how likely the weak model is good enough at each predicted gain.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import add, mul, sub
from random import Random
from typing import Final

from shared_layer.ai.router.calibration import Scored
from shared_layer.ai.router.features import BUCKETS, MEANING, Vector, meant, without_meaning
from shared_layer.ai.router.fitting import Matrix, products, ridge, solve
from shared_layer.ai.router.model import Head, Router, quantised, sealed
from shared_layer.ai.router.outcome import Outcome
from shared_layer.ai.router.sight import Sight, familiarity, sight_of

FOLDS: Final = 3
STRANGE: Final = 1000
USUAL: Final = 33
"""Trust begins where one of 1,000 unseen prompts is less familiar, and is whole where one of 33 is."""
LEAST_SHARE: Final = 0.05
MOST_SHARE: Final = 1.5
_NUGGET: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to learn: the penalties of shape and words, how much longer prompts are believed to be harder (see Router),
    the rounds of descent, and the router to start from, if any."""

    shape_penalty: float = 20.0
    word_penalty: float = 50.0
    lean: float = 0.03
    epochs: int = 4
    base: Router | None = None


DEFAULT: Final = Recipe()


@dataclass(frozen=True, slots=True)
class Learned:
    """A router, and the outcomes that it was learned from, each scored by a router that had not seen it."""

    router: Router
    scored: tuple[Scored, ...]


def learn(outcomes: Sequence[Outcome], recipe: Recipe = DEFAULT) -> Router:
    """A router of these outcomes. Raises ValueError for fewer outcomes than folds."""
    return learn_scored(outcomes, recipe).router


def learn_scored(outcomes: Sequence[Outcome], recipe: Recipe = DEFAULT) -> Learned:
    """A router of these outcomes, the same in whatever order they come. Raises ValueError for too few."""
    if len(outcomes) < FOLDS:
        raise ValueError(f"learning needs {FOLDS} outcomes or more")
    ordered = sorted(outcomes, key=lambda outcome: (outcome.vector, outcome.weak, outcome.strong))
    Random(0).shuffle(ordered)  # noqa: S311  the folds, not a secret
    lesson = _Lesson(ordered, recipe)
    base = recipe.base
    weak = _learn_head(lesson, [1.0 - outcome.weak for outcome in ordered], base.weak_fails if base else None)
    strong = _learn_head(lesson, [1.0 - outcome.strong for outcome in ordered], base.strong_fails if base else None)
    likeness = sorted(familiarity(seen) for n, seen in enumerate(lesson.seen) if max(seen) < 1.0)
    start, whole = (_digits(likeness[len(likeness) // part]) for part in (STRANGE, USUAL)) if likeness else (0.0, 1.0)
    trusted = (start, max(whole, _digits(start + 0.01)))
    router = Router(lesson.sight, weak.head, strong.head, trusted, recipe.lean, 1.0, 0.0)
    gains = [
        weak.head.usual
        - strong.head.usual
        + weak.held[n]
        - router.trust(familiarity(seen)) * strong.held[n]
        + router.leaning(lesson.rows[n])
        for n, seen in enumerate(lesson.seen)
    ]
    slope, offset = platt(gains, [float(outcome.good_enough) for outcome in ordered])
    router = sealed(replace(router, slope=slope, offset=offset))
    scored = (Scored(router.probability(gain), outcome) for gain, outcome in zip(gains, ordered, strict=True))
    return Learned(router, tuple(scored))


class _Lesson:
    """The prompts as both heads learn from them: what each resembles, and the sums of products of each third."""

    def __init__(self, outcomes: Sequence[Outcome], recipe: Recipe) -> None:
        self.recipe = recipe
        base = recipe.base
        meaning = base.reads_meaning if base else all(meant(outcome.vector) for outcome in outcomes)
        self.width = BUCKETS + MEANING * meaning
        rows = [outcome.vector for outcome in outcomes]
        self.rows: list[Vector] = rows if meaning else list(map(without_meaning, rows))
        self.sight: Sight = base.sight if base else sight_of(self.rows)
        self.seen = [self.sight.look(row) for row in self.rows]
        self.columns = [[array("d", column) for column in zip(*self.seen[n::FOLDS], strict=True)] for n in range(FOLDS)]
        self._products = [products(columns) for columns in self.columns]
        between = [self.sight.near(mark)[: n + 1] for n, mark in enumerate(self.sight.marks)]
        self._norm = [[recipe.shape_penalty * value for value in row] for row in between]

    def equations(self, left_out: int | None) -> Matrix:
        """The normal equations' left side without one of the thirds."""
        total = [list(row) for row in self._norm]
        for n, part in enumerate(self._products):
            if n != left_out:
                total = [list(map(add, row, more)) for row, more in zip(total, part, strict=True)]
        for n, row in enumerate(total):
            row[n] += _NUGGET
        return total

    def fit(self, targets: Sequence[float], left_out: int | None) -> tuple[list[float], list[float]]:
        """The weights of landmarks and words that explain `targets`, learned without one of the thirds."""
        parts = [n for n in range(FOLDS) if n != left_out]
        told = [[sum(map(mul, column, targets[n::FOLDS])) for column in self.columns[n]] for n in parts]
        kernel = solve(self.equations(left_out), [math.fsum(sums) for sums in zip(*told, strict=True)])
        kept = [n for n in range(len(self.rows)) if n % FOLDS != left_out]
        rest = [targets[n] - sum(map(mul, kernel, self.seen[n])) for n in kept]
        rows = [self.rows[n] for n in kept]
        words = ridge(rows, rest, self.recipe.word_penalty, self.recipe.epochs, self.width)
        return kernel, words


@dataclass(frozen=True, slots=True)
class _LearnedHead:
    """A head, and what one that had not seen the prompt says of each, as a departure from the usual."""

    head: Head
    held: list[float]


def _learn_head(lesson: _Lesson, targets: list[float], base: Head | None) -> _LearnedHead:
    pairs = list(zip(lesson.seen, lesson.rows, strict=True))
    known = [base.departure(seen, row) for seen, row in pairs] if base else [0.0] * len(targets)
    usual = math.fsum(map(sub, targets, known)) / len(targets)
    left = [target - usual - before for target, before in zip(targets, known, strict=True)]
    held = list(known)
    for fold in range(FOLDS):
        part = quantised(usual, *lesson.fit(left, fold))
        for n in range(fold, len(held), FOLDS):
            held[n] += part.departure(*pairs[n])
    share = _share(held, targets)
    kernel, words = lesson.fit(left, None)
    if base:
        kernel = [new + base.share * old for new, old in zip(kernel, base.kernel, strict=True)]
        words = [new + base.share * base.scale * old for new, old in zip(words, base.words, strict=True)]
    head = replace(quantised(usual, kernel, words), share=share)
    return _LearnedHead(head, [share * departure for departure in held])


def _share(held: Sequence[float], targets: Sequence[float]) -> float:
    """By how much to multiply departures so that they fit prompts that were not learned from (least squares)."""
    mean = math.fsum(targets) / len(targets)
    squares = math.fsum(map(mul, held, held))
    if squares == 0.0:
        return 1.0
    slope = math.fsum(departure * (target - mean) for departure, target in zip(held, targets, strict=True)) / squares
    return _digits(min(MOST_SHARE, max(LEAST_SHARE, slope)))


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


def _digits(number: float) -> float:
    return float(f"{number:.7g}")
