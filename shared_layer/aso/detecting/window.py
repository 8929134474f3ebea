"""What opportunities are found in: each search with each of its pages, over 28 days and the 28 before.

The newest three days are left out, since they may still grow. A search's impressions are kept by half positions, so
that what is expected of it is summed over where it really stood: the rate at the mean position is another number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from shared_layer.aso.curve import Curve, Point, fit
from shared_layer.aso.days import Span

PERIOD_DAYS: Final = 28
ROWS_AT_MOST: Final = 60_000


@dataclass(slots=True)
class Seen:
    """Sums of a period; `weighted` is the sum of position × impressions."""

    clicks: int = 0
    impressions: int = 0
    weighted: float = 0.0

    @property
    def position(self) -> float:
        """The mean position by impressions; 0 where nothing was seen."""
        return self.weighted / self.impressions if self.impressions else 0.0

    def add(self, other: Seen) -> None:
        """Take `other`'s sums in."""
        self.clicks += other.clicks
        self.impressions += other.impressions
        self.weighted += other.weighted

    def told(self, prefix: str = "") -> dict[str, Any]:
        """As evidence shows it."""
        return {
            f"{prefix}clicks": self.clicks,
            f"{prefix}impressions": self.impressions,
            f"{prefix}ctr": round(self.clicks / self.impressions, 4) if self.impressions else None,
            f"{prefix}position": round(self.position, 2) if self.impressions else None,
        }


@dataclass(slots=True)
class Pair:
    """A search with one of its pages; `points` are its impressions and clicks of the period by half positions."""

    query: str
    page: str
    branded: bool
    now: Seen = field(default_factory=Seen)
    before: Seen = field(default_factory=Seen)
    points: list[Point] = field(default_factory=list)

    def expected(self, curve: Curve) -> float:
        """The clicks that the curve expects of where the search stood."""
        return sum(one.impressions * curve.at(one.position) for one in self.points)

    def expected_at(self, position: float, curve: Curve) -> float:
        """The clicks that the curve expects where the search would never stand below `position`."""
        return sum(one.impressions * curve.at(min(one.position, position)) for one in self.points)


@dataclass(frozen=True, slots=True)
class Window:
    """All pairs of a site, and the click curves fitted to them. `whole`: the period before has all its days."""

    span: Span
    pairs: list[Pair]
    curve: Curve | None
    branded_curve: Curve | None
    whole: bool

    def curve_of(self, pair: Pair) -> Curve | None:
        """The curve that a pair is held against."""
        return self.branded_curve if pair.branded else self.curve

    def by_query(self) -> dict[str, list[Pair]]:
        """Searches that do not name the brand, each with its pages, the most shown first."""
        found: dict[str, list[Pair]] = {}
        for pair in self.pairs:
            if not pair.branded and pair.now.impressions:
                found.setdefault(pair.query, []).append(pair)
        for pages in found.values():
            pages.sort(key=lambda pair: (-pair.now.impressions, pair.page))
        return found


def pairs_of(rows: Iterable[Mapping[str, Any]]) -> list[Pair]:
    """Pairs from rows by query, page and half position, with the sums of both periods."""
    found: dict[tuple[str, str], Pair] = {}
    for row in rows:
        key = (row["query"], row["page"])
        pair = found.get(key) or found.setdefault(key, Pair(*key, bool(row["branded"])))
        now = Seen(int(row["now_clicks"]), int(row["now_impressions"]), float(row["now_weighted"]))
        pair.now.add(now)
        pair.before.add(Seen(int(row["before_clicks"]), int(row["before_impressions"]), float(row["before_weighted"])))
        if now.impressions:
            pair.points.append(Point(position=now.position, impressions=now.impressions, clicks=now.clicks))
    return list(found.values())


def window_of(pairs: list[Pair], span: Span, *, whole: bool) -> Window:
    """The window with its curves fitted."""
    curve = fit([pair.points for pair in pairs if not pair.branded])
    branded = fit([pair.points for pair in pairs if pair.branded])
    return Window(span, pairs, curve, branded, whole)
