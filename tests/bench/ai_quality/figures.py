"""The figures of a router on a split, with what chance may have done to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from infra.router_training.labelled import Labelled
from shared_layer.ai.router.gap import apgr, cpt, recovered, saving
from shared_layer.ai.router.outcome import Outcome
from tests.bench.ai_quality.rivals import Scorer

RESAMPLES = 100
Fold = tuple[list[float], list[Outcome]]


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over the folds; `low` and `high` bound APGR with 95 % confidence, by the bootstrap within each fold."""

    apgr: float
    low: float
    high: float
    cpt50: float
    cpt80: float
    saving: float


def measure(scorer: Scorer, splits: Iterable[tuple[list[Labelled], list[Labelled]]]) -> Figures:
    """The figures of a scorer. A fold's predictions are compared with each other only, never across folds."""
    folds = [(scorer(train, test), [one.outcome for one in test]) for train, test in splits]
    random = Random(5)
    areas = sorted(mean(apgr(recovered(*_drawn(fold, random))) for fold in folds) for _ in range(RESAMPLES))
    curves = [(recovered(*fold), fold[1]) for fold in folds]
    return Figures(
        apgr=mean(apgr(curve) for curve, _ in curves),
        low=areas[int(RESAMPLES * 0.025)],
        high=areas[int(RESAMPLES * 0.975)],
        cpt50=mean(cpt(curve, 0.5) for curve, _ in curves),
        cpt80=mean(cpt(curve, 0.8) for curve, _ in curves),
        saving=mean(saving(curve, outcomes) for curve, outcomes in curves),
    )


def mean(values: Iterable[float]) -> float:
    """The arithmetic mean."""
    kept = list(values)
    return sum(kept) / len(kept)


def _drawn(fold: Fold, random: Random) -> Fold:
    """A bootstrap resample in which the strong model is better, as it must be for there to be a gap."""
    gains, outcomes = fold
    while True:
        drawn = random.choices(range(len(outcomes)), k=len(outcomes))
        if sum(outcomes[n].gain for n in drawn) > 0:
            return [gains[n] for n in drawn], [outcomes[n] for n in drawn]
