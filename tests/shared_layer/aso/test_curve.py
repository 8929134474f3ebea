"""The click curve is the tenant's own: recovered from its data, falling, and silent where the data is thin."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_layer.aso.curve import Curve, Point, falling, fit


def seen(top: float, fall: float, impressions: int = 20_000, seed: int = 1) -> list[list[Point]]:
    """A search at each half position from 1 to 20, clicked as the law says."""
    chance = random.Random(seed)
    searches = []
    for half in range(2, 41):
        position = half / 2
        clicks = sum(chance.random() < top * position**-fall for _ in range(impressions))
        searches.append([Point(position=position, impressions=impressions, clicks=clicks)])
    return searches


@pytest.mark.parametrize(("top", "fall"), [(0.32, 0.95), (0.10, 0.85), (0.22, 1.45)])
def test_a_planted_curve_is_recovered(top: float, fall: float) -> None:
    curve = fit(seen(top, fall))
    assert curve is not None
    for position in (1.0, 2.0, 3.5, 5.0, 8.0, 10.0):
        assert curve.at(position) == pytest.approx(top * position**-fall, rel=0.15)
    assert curve.fall == pytest.approx(fall, abs=0.06)


def test_a_search_that_nobody_clicks_does_not_bend_the_curve_it_is_held_against() -> None:
    plain = seen(0.3, 1.0)
    dead = [*plain, [Point(position=2.0, impressions=6000, clicks=30)]]
    one, other = fit(plain), fit(dead)
    assert one is not None
    assert other is not None
    assert other.at(2.0) == pytest.approx(one.at(2.0), rel=0.02)


def test_thin_data_gives_no_curve_and_thin_places_follow_the_law() -> None:
    assert fit([]) is None
    assert fit([[Point(position=1.0, impressions=1000, clicks=500)]]) is None
    few = [one for one in seen(0.3, 1.0) if one[0].position != 4.0]
    curve = fit([*few, [Point(position=4.0, impressions=3, clicks=3)]])
    assert curve is not None
    assert curve.at(4.0) == pytest.approx(curve.law(4.0), rel=0.2)


def test_behind_the_last_place_seen_the_curve_goes_on_falling() -> None:
    curve = fit(seen(0.3, 1.0))
    assert curve is not None
    assert curve.at(60.0) < curve.at(25.0) <= curve.rates[-1]
    assert curve.at(0.2) == curve.rates[0]


values = st.lists(st.tuples(st.floats(0, 1), st.floats(0.1, 1000)), min_size=1, max_size=30)


@given(values)
def test_the_nearest_falling_values_fall_and_keep_the_weighted_sum(given: list[tuple[float, float]]) -> None:
    rates, weights = [rate for rate, _ in given], [weight for _, weight in given]
    made = falling(rates, weights)
    assert all(one >= other - 1e-9 for one, other in pairwise(made))
    total = sum(rate * weight for rate, weight in given)
    assert sum(rate * weight for rate, weight in zip(made, weights, strict=True)) == pytest.approx(total)


def test_a_curve_never_rises_between_its_places() -> None:
    curve = fit(seen(0.25, 1.1, impressions=120, seed=7))
    assert isinstance(curve, Curve)
    rates = [curve.at(1 + step / 10) for step in range(300)]
    assert rates == sorted(rates, reverse=True)
