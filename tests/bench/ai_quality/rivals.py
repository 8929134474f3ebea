"""What the router is held against: chance, the prompt's length, and the platform's rule of indicators."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from infra.router_training.labelled import Labelled
from shared_layer.ai.analysis import analyse
from shared_layer.ai.router.learning import learn

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


RIVALS: dict[str, Scorer] = {
    "random": chance,
    "length": length,
    "is_complex": rule,
    "learned": learned,
}
