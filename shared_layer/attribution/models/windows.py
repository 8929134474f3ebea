"""Paths as a model sees them: cut to the window, those alike put together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from shared_layer.attribution.daily import Path
from shared_layer.attribution.rows import NO_CONVERSION, Step


class Journey(NamedTuple):
    """Persons that came alike within the window: how many, how many of them converted, and the money in millionths."""

    steps: tuple[Step, ...]
    times: int
    converted: int
    micros: int

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels in order, repeats included."""
        return tuple(step.channel for step in self.steps)


def within(paths: Iterable[Path], lookback_days: int, currency: str, conversion: str | None = None) -> list[Journey]:
    """The paths with the touches that are less than `lookback_days` old when they end.

    Only conversions of the kind `conversion` are kept where it is given; money is that in `currency`. A conversion
    whose touches are all older has no steps.
    """
    gathered: dict[tuple[tuple[Step, ...], bool], Counter[str]] = {}
    for path in paths:
        converted = path.conversion != NO_CONVERSION
        if converted and conversion is not None and path.conversion != conversion:
            continue
        steps = tuple(step for step in path.steps if step.hours < 24 * lookback_days)
        if steps or converted:
            kept = gathered.setdefault((steps, converted), Counter())
            kept.update(times=path.times, micros=path.micros.get(currency, 0) if converted else 0)
    return [
        Journey(steps, sums["times"], sums["times"] if converted else 0, sums["micros"])
        for (steps, converted), sums in gathered.items()
    ]
