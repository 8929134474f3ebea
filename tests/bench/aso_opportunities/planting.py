"""Search data with what is to be found planted in it: each site has a click curve of its own, that nobody is told.

The curve is a power law whose top and exponent differ from site to site (a shop whose result pages are full of
advertisements has a third of a blog's clicks at the same place). Searches differ from the curve by a log-normal
quarter, positions move from day to day, impressions are Poisson's and clicks binomial.

There is innocence, too: searches that show two pages every day, and searches whose page was moved once. What is planted
counts as an opportunity where the true curve says that it is worth `WORTH` clicks in 28 days; what is planted and worth
less is counted neither way.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from shared_layer.aso.days import Span, ending
from shared_layer.aso.detecting.cannibalisation import Days, days_of

UNTIL: Final = date(2026, 11, 25)
SPREAD: Final = 0.25
GAP: Final = 0.6
"""A search that is clicked less than this part of the curve has a gap, whether by plan or by nature."""

WORTH: Final = 10.0
HALVES: Final = 61
KINDS: Final = ("ctr_gap", "decay", "cannibalisation", "striking_distance")


@dataclass(frozen=True, slots=True)
class Shape:
    """A site's own curve, and how many searches it has."""

    name: str
    top: float
    fall: float
    searches: int
    branded_top: float = 0.55


SHAPES: Final = (
    Shape("blog", 0.32, 0.95, 400),
    Shape("shop with advertisements", 0.10, 0.85, 400),
    Shape("steep: answers on the page", 0.22, 1.45, 400),
    Shape("small site", 0.26, 1.05, 80),
)


@dataclass(slots=True)
class Search:
    """A search with its pages; `story` is what was planted."""

    query: str
    page: str
    impressions: float
    position: float
    branded: bool = False
    story: str = ""
    own: float = 1.0
    other: str = ""


@dataclass(slots=True)
class Site:
    """Rows as the warehouse answers them, the days of searches with several pages, and what is to be found.

    `small` is what was planted and is worth too little to be counted.
    """

    shape: Shape
    rows: list[dict[str, Any]]
    days: dict[str, Days]
    truth: dict[str, set[str]]
    small: dict[str, set[str]]
    span: Span


def made(shape: Shape, seed: int) -> Site:
    """One site."""
    chance = random.Random(f"{shape.name} {seed}")
    searches = list(_searches(shape, chance))
    span = ending(UNTIL, 28)
    table = _Table()
    for day in [*span.before(), *span]:
        for one in searches:
            _day(one, day, span, shape, chance, table)
    truth: dict[str, set[str]] = defaultdict(set)
    small: dict[str, set[str]] = defaultdict(set)
    for one in searches:
        if (kind := _kind(one)) is not None:
            known = truth if _worth(one, kind, shape) >= WORTH else small
            known[kind].add(one.page if kind == "decay" else one.query)
    return Site(shape, list(table.sums.values()), days_of(table.daily), dict(truth), dict(small), span)


def _kind(one: Search) -> str | None:
    """Which kind of opportunity a search is, however small; None where it is none."""
    if one.story in ("decay", "cannibalisation"):
        return one.story
    return "ctr_gap" if one.own <= GAP and one.position <= 12 else None


def _worth(one: Search, kind: str, shape: Shape) -> float:
    """Clicks in 28 days that the true curve says are lost."""
    rate, seen = true_rate(shape, one.position, one.branded), 28 * one.impressions
    if kind == "decay":
        return seen * one.own * (rate - 0.75 * true_rate(shape, one.position + 3.0))
    if kind == "cannibalisation":
        return seen * 0.45 * (rate - true_rate(shape, one.position + 3.5))
    return seen * rate * (1 - one.own)


def _searches(shape: Shape, chance: random.Random) -> Iterator[Search]:
    """Branded ones, then plain ones, of which a part gets a story. Most are seen little, few often (Zipf)."""
    for number in range(max(6, shape.searches // 25)):
        yield Search(
            f"brand {number}", f"/b{number % 3}", 400 / (number + 1), 1.0 + 0.3 * chance.random(), branded=True
        )
    for number in range(shape.searches):
        seen = min(350.0, 4 + 900 / (1 + number * 0.7) ** 0.75)
        position = math.exp(chance.uniform(0.0, math.log(24)))
        one = Search(f"search {number}", f"/p{number // 2}", seen, position, own=math.exp(chance.gauss(0, SPREAD)))
        _plant(one, number, chance)
        yield one


def _plant(one: Search, number: int, chance: random.Random) -> None:
    """Every 13th search is clicked too little, every 17th has pages that take turns, every 19th page fades; two of 17
    have two pages and are innocent.
    """
    if number % 13 == 5:
        one.story, one.position, one.own = "ctr_gap", chance.uniform(1.2, 7.0), 0.35
    elif number % 17 == 9:
        one.story, one.position, one.other = "cannibalisation", chance.uniform(4.0, 9.0), f"/x{number}"
    elif number % 17 in (3, 12):
        one.story, one.other = ("innocent double", "innocent move")[number % 17 == 12], f"/y{number}"
    elif (number // 2) % 19 == 7:
        one.story, one.position = "decay", chance.uniform(2.0, 5.0)


@dataclass(slots=True)
class _Table:
    """Rows by query, page and half position, and the days of searches with several pages, while they are made."""

    sums: dict[tuple[str, str, int], dict[str, Any]] = field(default_factory=dict)
    daily: list[dict[str, Any]] = field(default_factory=list)

    def add(self, one: Search, page: str, place: float, seen: int, clicks: int, day: date, now: bool) -> None:
        """One page's numbers of one day."""
        key = (one.query, page, min(HALVES, round(place * 2)))
        row = self.sums.setdefault(key, {"query": one.query, "page": page, "branded": one.branded, **_EMPTY})
        prefix = "now" if now else "before"
        numbers = {"clicks": clicks, "impressions": seen, "weighted": place * seen}
        for name, value in numbers.items():
            row[f"{prefix}_{name}"] += value
        if now and one.other:
            self.daily.append({"query": one.query, "date": day, "page": page, **numbers})


_EMPTY: Final = {
    f"{period}_{what}": 0 for period in ("now", "before") for what in ("clicks", "impressions", "weighted")
}


def _day(one: Search, day: date, span: Span, shape: Shape, chance: random.Random, table: _Table) -> None:
    mean, position, now = one.impressions, one.position, day >= span.since
    if one.story == "decay" and now:
        mean, position = mean * 0.75, position + 3.0
    shown = [(one.page, position)]
    if one.story == "cannibalisation" and chance.random() < 0.45:
        shown = [(one.other, position + 3.5)]
    elif one.story == "innocent move" and day >= span.since + timedelta(days=13):
        shown = [(one.other, position)]
    elif one.story == "innocent double":
        shown.append((one.other, position + 1.5))
    seen = _poisson(mean, chance)
    for page, where in shown:
        place = max(1.0, where + chance.gauss(0, 0.12 * where))
        rate = min(0.9, true_rate(shape, place, one.branded) * one.own)
        clicks = sum(chance.random() < rate for _ in range(seen))
        if seen:
            table.add(one, page, place, seen, clicks, day, now)


def true_rate(shape: Shape, position: float, branded: bool = False) -> float:
    """The click rate that nobody is told."""
    return (shape.branded_top if branded else shape.top) * position ** -(0.7 if branded else shape.fall)


def _poisson(mean: float, chance: random.Random) -> int:
    if mean > 30:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count
