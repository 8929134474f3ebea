"""How often a site is clicked at each position, learned from its own data: never a constant of somebody else's.

Two fits, each weighted by impressions, put together:

- A power law, `ctr = top · position^-fall` (log-linear regression): the shape that click rates have everywhere, two
  numbers to learn, steady where data is thin, and good for positions that the site hardly has.
- Isotonic regression (pool adjacent violators; Barlow et al. 1972): assumes nothing but that a lower place is not
  clicked more, so that it follows what the site's own result pages look like; jagged where data is thin.

Each half position takes the power law's rate as `PRIOR` impressions of evidence beside its own (a beta prior), and an
isotonic fit goes over the result: own data where there is much, the law where there is little. Branded searches have
a curve of their own: whoever searches for a name clicks on it. Where a curve's data is too thin there is none, and
nothing is concluded from it.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final

from pydantic import Field

from shared_layer.core.models import Model

PRIOR: Final = 200.0
CLICKS_AT_LEAST: Final = 50
IMPRESSIONS_AT_LEAST: Final = 2000
BUCKETS_AT_LEAST: Final = 2
DEEPEST: Final = 30.0
_BOUNDS: Final = (0.1, 3.0)
"""What the power can be: anything else is an accident of thin data."""


class Point(Model):
    """What was seen around a position."""

    position: float
    impressions: float
    clicks: float


class Curve(Model):
    """The fitted curve: click rates at `positions`, straight lines between, the power law behind the last."""

    positions: list[float]
    rates: list[float]
    top: float = Field(description="The power law's rate at the first place.")
    fall: float = Field(description="The power law's exponent.")
    impressions: int
    clicks: int

    def at(self, position: float) -> float:
        """The click rate to be expected at a position."""
        place = max(1.0, position)
        if place <= self.positions[0]:
            return self.rates[0]
        if place >= self.positions[-1]:
            return min(self.rates[-1], self.law(place))
        right = bisect_left(self.positions, place)
        left = right - 1
        part = (place - self.positions[left]) / (self.positions[right] - self.positions[left])
        return self.rates[left] + part * (self.rates[right] - self.rates[left])

    def law(self, position: float) -> float:
        """The power law alone."""
        return law(self.top, self.fall, position)


def law(top: float, fall: float, position: float) -> float:
    """`top · position^-fall`, never more than 95 %."""
    return min(0.95, top * math.pow(max(1.0, position), -fall))


def fit(searches: Sequence[Sequence[Point]]) -> Curve | None:
    """The curve of what was seen of each search; None where it is too little to say anything.

    A search that the power law over all of them does not explain, such as one whose title nobody clicks, is left out of
    the second fit: it is what the curve is to be held against.
    """
    first = _fit(chain.from_iterable(searches))
    if first is None:
        return None
    return _fit(chain.from_iterable(one for one in searches if not _stands_out(one, first))) or first


def _stands_out(points: Sequence[Point], curve: Curve) -> bool:
    clicks = sum(one.clicks for one in points)
    expected = sum(one.impressions * curve.law(one.position) for one in points)
    far = clicks < 0.6 * expected or clicks > expected / 0.6
    return far and abs(clicks - expected) > 3 * math.sqrt(expected + 1)


def _fit(points: Iterable[Point]) -> Curve | None:
    buckets = _buckets(points)
    seen = sum(one.impressions for one in buckets)
    clicks = sum(one.clicks for one in buckets)
    if seen < IMPRESSIONS_AT_LEAST or clicks < CLICKS_AT_LEAST or len(buckets) < BUCKETS_AT_LEAST:
        return None
    top, fall = _power_law(buckets)
    weights = [one.impressions + PRIOR for one in buckets]
    rates = [
        (one.clicks + PRIOR * law(top, fall, one.position)) / weight
        for one, weight in zip(buckets, weights, strict=True)
    ]
    return Curve(
        positions=[round(one.position, 3) for one in buckets],
        rates=[round(rate, 6) for rate in falling(rates, weights)],
        top=round(top, 6),
        fall=round(fall, 6),
        impressions=round(seen),
        clicks=round(clicks),
    )


def _buckets(points: Iterable[Point]) -> list[Point]:
    """Points joined by half positions, up to the thirtieth; the position is the impressions' mean."""
    sums: dict[int, list[float]] = {}
    for one in points:
        if one.impressions > 0 and one.position <= DEEPEST:
            place = sums.setdefault(round(max(1.0, one.position) * 2), [0.0, 0.0, 0.0])
            place[0] += one.impressions
            place[1] += one.clicks
            place[2] += max(1.0, one.position) * one.impressions
    return [
        Point(position=weighted / seen, impressions=seen, clicks=clicks)
        for _, (seen, clicks, weighted) in sorted(sums.items())
    ]


def _power_law(buckets: Sequence[Point]) -> tuple[float, float]:
    """Top and fall by regression of log rate on log position, weighted by clicks + ½ (the log rate's precision).

    Half a click is added to each bucket (Anscombe 1948), so that one without a click has a logarithm.
    """
    weights = [one.clicks + 0.5 for one in buckets]
    x = [math.log(one.position) for one in buckets]
    y = [math.log((one.clicks + 0.5) / (one.impressions + 1.0)) for one in buckets]
    whole = sum(weights)
    mean_x = sum(w * a for w, a in zip(weights, x, strict=True)) / whole
    mean_y = sum(w * b for w, b in zip(weights, y, strict=True)) / whole
    spread = sum(w * (a - mean_x) ** 2 for w, a in zip(weights, x, strict=True))
    slope = sum(w * (a - mean_x) * (b - mean_y) for w, a, b in zip(weights, x, y, strict=True))
    fall = min(_BOUNDS[1], max(_BOUNDS[0], -slope / spread if spread else 1.0))
    return min(0.95, math.exp(mean_y + fall * mean_x)), fall


def falling(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The nearest values that never rise, by weighted squares: pool adjacent violators."""
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(values, weights, strict=True):
        pools.append((value, weight, 1))
        while len(pools) > 1 and pools[-2][0] < pools[-1][0]:
            (one, own, n), (other, its, m) = pools[-2], pools[-1]
            pools[-2:] = [((one * own + other * its) / (own + its), own + its, n + m)]
    return [value for value, _, count in pools for _ in range(count)]
