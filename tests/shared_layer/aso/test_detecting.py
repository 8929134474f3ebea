"""What is planted in search data is found, and what only looks like it is not."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from shared_layer.aso.curve import Curve, Point
from shared_layer.aso.days import ending
from shared_layer.aso.detecting.cannibalisation import cannibalisation, suspects
from shared_layer.aso.detecting.click_gap import click_gap
from shared_layer.aso.detecting.decay import decay
from shared_layer.aso.detecting.striking import striking_distance
from shared_layer.aso.detecting.window import Pair, Seen, Window, window_of
from tests.bench.aso_opportunities.__main__ import tallied
from tests.bench.aso_opportunities.finding import curve_error, engine, usual, window
from tests.bench.aso_opportunities.planting import KINDS, SHAPES, made

SPAN = ending(date(2026, 11, 25), 28)
CURVE = Curve(positions=[1.0, 3.0, 5.0, 10.0, 20.0], rates=[0.3, 0.1, 0.06, 0.03, 0.01], top=0.3, fall=1.0,
              impressions=9, clicks=9)  # fmt: skip


def pair(query: str, page: str, now: tuple[int, int, float], before: tuple[int, int, float] = (0, 0, 0.0)) -> Pair:
    """Clicks, impressions and position of both periods."""
    made_of = [Seen(clicks, seen, seen * position) for clicks, seen, position in (now, before)]
    points = [Point(position=now[2], impressions=now[1], clicks=now[0])]
    return Pair(query, page, False, made_of[0], made_of[1], points)


def of(*pairs: Pair, whole: bool = True) -> Window:
    return Window(SPAN, list(pairs), CURVE, None, whole)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_planted_opportunities_are_found_where_a_constant_curve_finds_everything(shape: object) -> None:
    own: Counter[str] = Counter()
    other: Counter[str] = Counter()
    for seed in (100, 101):
        site = made(shape, seed)  # type: ignore[arg-type]
        seen = window(site)
        own += tallied(site, engine(site, seen), "engine")
        other += tallied(site, usual(seen), "usual")
        error, constant = curve_error(site, seen)
        assert error < 0.16
        assert error < constant
    for kind in KINDS[:3]:
        planted = own[f"{kind} planted engine"]
        right, found = own[f"{kind} right engine"], own[f"{kind} found engine"]
        assert right >= 0.4 * planted, kind
        assert right >= 0.7 * found, kind
        peer_right, peer_found = other[f"{kind} right usual"], other[f"{kind} found usual"]
        assert right * peer_found >= peer_right * found, f"{kind}: more precise than the constant"


def test_without_a_curve_of_its_own_nothing_is_concluded_from_clicks() -> None:
    silent = window_of([pair("a", "/a", (0, 500, 5.0))], SPAN, whole=True)
    assert silent.curve is None
    assert [*striking_distance(silent), *click_gap(silent), *cannibalisation(silent, {})] == []


def test_striking_distance_promises_the_curve_s_clicks_of_one_step_for_the_most_shown_page() -> None:
    near, far = pair("near", "/n", (30, 1000, 8.0)), pair("far", "/f", (15, 1000, 15.0))
    second = pair("near", "/other", (0, 100, 9.0))
    found = {one.query: one for one in striking_distance(of(near, far, second, pair("top", "/t", (99, 1000, 2.0))))}
    assert set(found) == {"near", "far"}
    assert (found["near"].page, found["near"].evidence[0]["goal"]) == ("/n", 3.0)
    assert found["near"].extra_clicks == pytest.approx(1000 * (CURVE.at(3.0) - CURVE.at(8.0)), abs=0.1)
    assert found["far"].extra_clicks == pytest.approx(1000 * (CURVE.at(7.0) - CURVE.at(15.0)), abs=0.1)


def test_a_gap_is_far_below_the_curve_and_no_accident() -> None:
    gap, accident = pair("gap", "/g", (20, 1000, 3.0)), pair("accident", "/a", (5, 110, 3.0))
    fair = pair("fair", "/f", (80, 1000, 3.0))
    [found] = click_gap(of(gap, accident, fair))
    assert (found.query, found.extra_clicks) == ("gap", 80.0)


def test_decay_is_more_than_the_tide_and_more_than_a_move_and_needs_a_whole_period_before() -> None:
    steady = [pair(f"s{n}", f"/s{n}", (100, 1000, 3.0), (100, 1000, 3.0)) for n in range(5)]
    fading = pair("f", "/fading", (40, 800, 6.0), (120, 1000, 3.0))
    moved = (pair("m", "/old", (0, 0, 0.0), (90, 900, 3.0)), pair("m", "/new", (88, 900, 3.0)))
    [found] = decay(of(*steady, fading, *moved))
    assert (found.page, "ranks lower" in found.reason) == ("/fading", True)
    assert found.evidence[0]["clicks"] == 40
    assert list(decay(of(*steady, fading, *moved, whole=False))) == []
    ebb = [pair(f"e{n}", f"/e{n}", (60, 600, 3.0), (100, 1000, 3.0)) for n in range(5)]
    assert list(decay(of(*ebb))) == []


def test_two_pages_of_a_search_are_no_cannibalisation_unless_they_take_turns() -> None:
    first, second = pair("q", "/a", (20, 400, 5.0)), pair("q", "/b", (10, 400, 8.0))
    seen = of(first, second)
    assert suspects(seen) == ["q"]
    days = [SPAN.since + timedelta(days=number) for number in range(28)]
    turns = {day: {("/a", "/b")[n % 3 == 0]: Seen(1, 30, 30 * (5.0, 8.0)[n % 3 == 0])} for n, day in enumerate(days)}
    [found] = cannibalisation(seen, {"q": turns})
    assert (found.page, len(found.evidence), found.evidence[0]["switches"]) == ("/a", 2, 18)
    both = {day: {"/a": Seen(1, 30, 150.0), "/b": Seen(1, 30, 240.0)} for day in days}
    once = {day: {("/a", "/b")[n > 14]: Seen(1, 30, 150.0)} for n, day in enumerate(days)}
    assert list(cannibalisation(seen, {"q": both})) == []
    assert list(cannibalisation(seen, {"q": once})) == []
    good = of(pair("q", "/a", (200, 400, 1.5)), pair("q", "/b", (100, 400, 2.5)))
    assert suspects(good) == []
