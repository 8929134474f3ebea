"""Models that split each conversion among the touches of its own path."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from shared_layer.attribution.channels.groups import DIRECT
from shared_layer.attribution.models.windows import Journey
from shared_layer.attribution.rows import Step

Split = Callable[[Sequence[Step]], Sequence[float]]
"""The weight of each step of a path that is not empty; they sum to one."""

EDGE: Final = 0.4
"""What the first and the last touch get by position; those between share the rest."""


def first(steps: Sequence[Step]) -> list[float]:
    """All to the first touch."""
    return [1.0] + [0.0] * (len(steps) - 1)


def last(steps: Sequence[Step]) -> list[float]:
    """All to the last touch."""
    return [0.0] * (len(steps) - 1) + [1.0]


def last_non_direct(steps: Sequence[Step]) -> list[float]:
    """All to the last touch that was not direct, where there is one."""
    found = [place for place, step in enumerate(steps) if step.channel != DIRECT]
    chosen = found[-1] if found else len(steps) - 1
    return [float(place == chosen) for place in range(len(steps))]


def linear(steps: Sequence[Step]) -> list[float]:
    """The same to each touch."""
    return [1 / len(steps)] * len(steps)


def position(steps: Sequence[Step]) -> list[float]:
    """40 % to the first and to the last touch, the rest evenly to those between; of two touches half each."""
    between = len(steps) - 2
    if between <= 0:
        return linear(steps)
    return [EDGE, *([(1 - 2 * EDGE) / between] * between), EDGE]


def time_decay(steps: Sequence[Step], half_life_days: float) -> list[float]:
    """The more, the nearer the touch was to the conversion: half as much for each half-life, by the clock."""
    youngest = min(step.hours for step in steps)
    weights = [2 ** (-(step.hours - youngest) / 24 / half_life_days) for step in steps]
    total = sum(weights)
    return [weight / total for weight in weights]


def splits(half_life_days: float) -> dict[str, Split]:
    """The models by name."""
    return {
        "first": first,
        "last": last,
        "last_non_direct": last_non_direct,
        "linear": linear,
        "position": position,
        "time_decay": partial(time_decay, half_life_days=half_life_days),
    }


def split_credit(journeys: Sequence[Journey], split: Split) -> tuple[dict[str, float], dict[str, float]]:
    """Conversions and money (millionths) by channel."""
    conversions: dict[str, float] = {}
    micros: dict[str, float] = {}
    for journey in journeys:
        if journey.converted and journey.steps:
            for step, weight in zip(journey.steps, split(journey.steps), strict=True):
                conversions[step.channel] = conversions.get(step.channel, 0.0) + weight * journey.converted
                micros[step.channel] = micros.get(step.channel, 0.0) + weight * journey.micros
    return conversions, micros
