"""The figures of a router on a split, with what chance may have done to them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from infra.router_training.labelled import Labelled
from shared_layer.ai.router.gap import apgr, cpt, recovered, saving
from shared_layer.ai.router.outcome import Outcome
from tests.bench.ai_quality.rivals import Scorer

RESAMPLES = 100


@dataclass(frozen=True, slots=True)
class Fold:
    """What a scorer said of the test prompts, what was true, and which prompts they are."""

    gains: list[float]
    outcomes: list[Outcome]
    prompts: list[str]


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over the folds, with the 95 % bounds of APGR and of the saving.

    By the bootstrap over prompts: a prompt that is in several folds is drawn as often in each.
    """

    apgr: float
    low: float
    high: float
    cpt50: float
    cpt80: float
    saving: float
    saving_low: float
    saving_high: float


def measure(scorer: Scorer, splits: Iterable[tuple[list[Labelled], list[Labelled]]]) -> Figures:
    """The figures of a scorer. A fold's predictions are compared with each other only, never across folds."""
    folds = [
        Fold(scorer(train, test), [one.outcome for one in test], [one.prompt for one in test]) for train, test in splits
    ]
    areas, savings = zip(*(_resampled(folds, Random(n)) for n in range(RESAMPLES)), strict=True)
    curves = [(recovered(fold.gains, fold.outcomes), fold.outcomes) for fold in folds]
    low, high = bounds(areas)
    saving_low, saving_high = bounds(savings)
    return Figures(
        apgr=mean(apgr(curve) for curve, _ in curves),
        low=low,
        high=high,
        cpt50=mean(cpt(curve, 0.5) for curve, _ in curves),
        cpt80=mean(cpt(curve, 0.8) for curve, _ in curves),
        saving=mean(saving(curve, outcomes) for curve, outcomes in curves),
        saving_low=saving_low,
        saving_high=saving_high,
    )


def mean(values: Iterable[float]) -> float:
    """The arithmetic mean."""
    kept = list(values)
    return sum(kept) / len(kept)


def bounds(values: Iterable[float]) -> tuple[float, float]:
    """Where the middle 95 % of resamples lie."""
    ranked = sorted(values)
    return ranked[int(len(ranked) * 0.025)], ranked[int(len(ranked) * 0.975)]


def _resampled(folds: list[Fold], random: Random) -> tuple[float, float]:
    """APGR and saving of one resample; folds in which the strong model is not better then are left out."""
    drawn: dict[str, int] = {}
    areas, savings = [], []
    for fold in folds:
        for prompt in fold.prompts:
            if prompt not in drawn:
                drawn[prompt] = _poisson(random)
        picked = [n for n, prompt in enumerate(fold.prompts) for _ in range(drawn[prompt])]
        outcomes = [fold.outcomes[n] for n in picked]
        if sum(outcome.gain for outcome in outcomes) > 0:
            curve = recovered([fold.gains[n] for n in picked], outcomes)
            areas.append(apgr(curve))
            savings.append(saving(curve, outcomes))
    return mean(areas), mean(savings)


def _poisson(random: Random) -> int:
    """How often a prompt is drawn when as many are drawn as there are: Poisson of mean 1."""
    count, left = 0, random.random()
    while left > math.exp(-1.0):
        count, left = count + 1, left * random.random()
    return count
