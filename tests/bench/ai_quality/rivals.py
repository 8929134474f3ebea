"""What the router is held against: chance, the prompt's length, and the platform's rule of indicators."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from infra.router_training.labelled import Labelled
from shared_layer.ai.router.gap import apgr, recovered
from shared_layer.ai.router.learning import Recipe, learn
from shared_layer.ai.routing.analysis import analyse
from tests.bench.ai_quality.splits import Splitter

Scorer = Callable[[Sequence[Labelled], Sequence[Labelled]], list[float]]
"""Predicted need of the strong model for each test prompt, after learning from the training's."""


def chance(train: Sequence[Labelled], test: Sequence[Labelled]) -> list[float]:
    """Random calls, on average: prompts of equal need share what they recover, so the curve is the straight line."""
    return [0.0 for _ in test]


def length(train: Sequence[Labelled], test: Sequence[Labelled]) -> list[float]:
    """The longer, the stronger."""
    return [float(len(labelled.prompt)) for labelled in test]


def rule(train: Sequence[Labelled], test: Sequence[Labelled]) -> list[float]:
    """`is_complex` by its score."""
    return [analyse({"messages": [{"role": "user", "content": one.prompt}]}).score for one in test]


def learned(train: Sequence[Labelled], test: Sequence[Labelled]) -> list[float]:
    """The router of this repository, trained on these labels alone."""
    router = learn([labelled.outcome for labelled in train])
    return [router.gain(labelled.outcome.vector) for labelled in test]


RECIPES = tuple(
    Recipe(word_penalty=penalty, lean=lean) for penalty in (20.0, 50.0, 125.0) for lean in (0.0, 0.03, 0.06)
)
INNER = 3


def nested(splitter: Splitter) -> Scorer:
    """The router of the recipe that does best within the training's labels, split as the whole is: the test part has no
    say in anything."""

    def scorer(train: Sequence[Labelled], test: Sequence[Labelled]) -> list[float]:
        inner = list(splitter(train, INNER))
        worth = dict.fromkeys(RECIPES, 0.0)
        for penalty in sorted({recipe.word_penalty for recipe in RECIPES}):
            for part, rest in inner:
                outcomes = [one.outcome for one in rest]
                if sum(outcome.gain for outcome in outcomes) <= 0:
                    continue
                router = learn([one.outcome for one in part], Recipe(word_penalty=penalty))
                for recipe in RECIPES:
                    if recipe.word_penalty == penalty:
                        leaning = replace(router, lean=recipe.lean)
                        gains = [leaning.gain(outcome.vector) for outcome in outcomes]
                        worth[recipe] += apgr(recovered(gains, outcomes)) / INNER
        router = learn([one.outcome for one in train], max(RECIPES, key=lambda recipe: worth[recipe]))
        return [router.gain(one.outcome.vector) for one in test]

    return scorer


RIVALS: dict[str, Scorer] = {
    "random": chance,
    "length": length,
    "is_complex": rule,
    "learned": learned,
}
