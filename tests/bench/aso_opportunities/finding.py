"""What is found in a made site: by the engine, and by the usual rule with a curve from somebody else's study.

The usual rule is what spreadsheets and many tools do: one published constant for each place, the search's mean
position, a gap where the rate is below 60 % of the constant, decay where a page lost a fourth of its clicks,
cannibalisation where two pages each have a tenth of the impressions.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from shared_layer.aso.detecting.cannibalisation import cannibalisation, suspects
from shared_layer.aso.detecting.click_gap import click_gap
from shared_layer.aso.detecting.decay import decay
from shared_layer.aso.detecting.striking import (
    CLICKS_AT_LEAST,
    FIRST_PAGE,
    IMPRESSIONS_AT_LEAST,
    PAGE_ONE,
    TOP,
    striking_distance,
)
from shared_layer.aso.detecting.window import Pair, Window, pairs_of, window_of
from tests.bench.aso_opportunities.planting import Site, true_rate

CONSTANT: Final = (0.285, 0.157, 0.110, 0.080, 0.072, 0.051, 0.040, 0.032, 0.028, 0.025)
"""Click rates of places 1 to 10 as a much-quoted study of 2020 has them; 1 % behind."""

Found = dict[str, dict[str, float]]
"""Extra clicks by kind and subject."""


def window(site: Site) -> Window:
    """The site as the engine sees it."""
    return window_of(pairs_of(site.rows), site.span, whole=True)


def engine(site: Site, seen: Window) -> Found:
    """By the engine."""
    days = {query: site.days[query] for query in suspects(seen) if query in site.days}
    found: Found = defaultdict(dict)
    for one in (*striking_distance(seen), *click_gap(seen), *decay(seen), *cannibalisation(seen, days)):
        found[one.kind][(one.page if one.kind == "decay" else one.query) or ""] = one.extra_clicks
    return found


def usual(seen: Window) -> Found:
    """By the usual rule."""
    found: Found = defaultdict(dict)
    pages: dict[str, list[Pair]] = defaultdict(list)
    queries: dict[str, list[Pair]] = defaultdict(list)
    for pair in seen.pairs:
        pages[pair.page].append(pair)
        queries[pair.query].append(pair)
        now = pair.now
        if now.impressions < IMPRESSIONS_AT_LEAST:
            continue
        expected = now.impressions * constant(now.position)
        if now.position <= 12 and now.clicks < 0.6 * expected and expected >= 10:
            found["ctr_gap"][pair.query] = expected - now.clicks
        goal = TOP if now.position <= PAGE_ONE else FIRST_PAGE
        extra = now.impressions * (constant(goal) - constant(now.position))
        if 4.5 <= now.position <= 20.5 and extra >= CLICKS_AT_LEAST:
            found["striking_distance"][pair.query] = extra
    for page, pairs in pages.items():
        before, after = sum(pair.before.clicks for pair in pairs), sum(pair.now.clicks for pair in pairs)
        if before >= 20 and after < 0.75 * before:
            found["decay"][page] = before - after
    for query, own in queries.items():
        whole = sum(pair.now.impressions for pair in own)
        if sum(pair.now.impressions >= 0.1 * whole > 0 for pair in own) >= 2:
            found["cannibalisation"][query] = 0.0
    return found


def constant(position: float) -> float:
    """Somebody else's rate at the nearest place."""
    place = round(position)
    return CONSTANT[place - 1] if 1 <= place <= len(CONSTANT) else 0.01


def curve_error(site: Site, seen: Window) -> tuple[float, float]:
    """The mean relative error of the fitted curve and of the constant, at places 1 to 10."""
    assert seen.curve is not None
    places = [float(place) for place in range(1, 11)]
    truth = [true_rate(site.shape, place) for place in places]
    own = [abs(seen.curve.at(place) - rate) / rate for place, rate in zip(places, truth, strict=True)]
    other = [abs(constant(place) - rate) / rate for place, rate in zip(places, truth, strict=True)]
    return sum(own) / len(own), sum(other) / len(other)


def worth(site: Site, seen: Window, found: Found) -> float:
    """By how much the clicks promised for striking distance are wrong, relative to what the true curve gives."""
    pairs = {pair.query: pair for pair in seen.pairs}
    promised = real = 0.0
    for query, extra in found["striking_distance"].items():
        pair = pairs[query]
        goal = TOP if pair.now.position <= PAGE_ONE else FIRST_PAGE
        real += sum(
            point.impressions
            * (true_rate(site.shape, min(goal, point.position)) - true_rate(site.shape, max(1.0, point.position)))
            for point in pair.points
        )
        promised += extra
    return promised / real - 1 if real else 0.0
