"""Cannibalisation: two pages that take turns for one search, and stand lower for it than one would.

That several pages are found for a search is no evidence: it is normal, and at the top it is good. Said is only what the
days show: the pages relieve each other, each leads on many days, and the better one stands higher than both together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Final

from shared_layer.aso.curve import Curve
from shared_layer.aso.detecting.window import Seen, Window
from shared_layer.aso.opportunity import Finding

SHARE: Final = 0.15
IMPRESSIONS_AT_LEAST: Final = 30
DAYS_AT_LEAST: Final = 14
SWITCHES_AT_LEAST: Final = 5
LEADS_AT_LEAST: Final = 0.2
GOOD: Final = 3.0
CLICKS_AT_LEAST: Final = 5.0
CANDIDATES_AT_MOST: Final = 200

Days = dict[date, dict[str, Seen]]


def suspects(window: Window) -> list[str]:
    """Searches of which at least two pages have a good part of the impressions: their days are worth reading."""
    found = []
    for query, pages in window.by_query().items():
        whole = sum(pair.now.impressions for pair in pages)
        strong = [p for p in pages if p.now.impressions >= max(IMPRESSIONS_AT_LEAST, SHARE * whole)]
        if len(strong) >= 2 and not all(pair.now.position <= GOOD for pair in strong[:2]):
            found.append((whole, query))
    return [query for _, query in sorted(found, reverse=True)[:CANDIDATES_AT_MOST]]


def days_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, Days]:
    """Rows by query, day and page as searches with their days."""
    found: dict[str, Days] = {}
    for row in rows:
        pages = found.setdefault(row["query"], {}).setdefault(row["date"], {})
        pages[row["page"]] = Seen(int(row["clicks"]), int(row["impressions"]), float(row["weighted"]))
    return found


@dataclass(frozen=True, slots=True)
class _Turns:
    """How two pages shared a search: days that each led, how often the lead went over, and their sums.

    `shown` are the impressions that one page alone would have had: on each day those of the page that was shown more.
    """

    leads: dict[str, int]
    switches: int
    sums: dict[str, Seen]
    days: int
    shown: int


def cannibalisation(window: Window, days: Mapping[str, Days]) -> Iterator[Finding]:
    """The searches among `days` whose pages are in each other's way."""
    if window.curve is None:
        return
    for query, own in days.items():
        turns = _turns(own)
        if turns is None:
            continue
        best = min(turns.sums, key=lambda page: (turns.sums[page].position, page))
        extra = _extra(turns, best, window.curve)
        if extra < CLICKS_AT_LEAST:
            continue
        other = next(page for page in turns.sums if page != best)
        yield Finding(
            kind="cannibalisation",
            subject=query,
            query=query,
            page=best,
            extra_clicks=round(extra, 1),
            reason=f"Two pages take turns: the lead went over {turns.switches} times in {turns.days} days. "
            f"Alone, {best} stands at {turns.sums[best].position:.1f}.",
            next_action=f"Make {best} the page for “{query}”: move what {other} has to it and redirect, "
            f"or point {other} at another search and link from it.",
            evidence=[
                {"query": query, "page": page, "days_led": turns.leads[page], "switches": turns.switches, **seen.told()}
                for page, seen in turns.sums.items()
            ],
        )


def _turns(days: Days) -> _Turns | None:
    """How the two most shown pages shared the search; None where they were not in each other's way."""
    whole: dict[str, Seen] = {}
    for pages in days.values():
        for page, seen in pages.items():
            whole.setdefault(page, Seen()).add(seen)
    two = sorted(whole, key=lambda page: (-whole[page].impressions, page))[:2]
    leaders = [
        max(two, key=lambda page: pages[page].impressions if page in pages else 0)
        for _, pages in sorted(days.items())
        if any(page in pages for page in two)
    ]
    if len(two) < 2 or len(leaders) < DAYS_AT_LEAST:
        return None
    switches = sum(one != other for one, other in pairwise(leaders))
    leads = {page: leaders.count(page) for page in two}
    if switches < SWITCHES_AT_LEAST or min(leads.values()) < LEADS_AT_LEAST * len(leaders):
        return None
    shown = sum(max((pages[page].impressions for page in two if page in pages), default=0) for pages in days.values())
    return _Turns(leads, switches, {page: whole[page] for page in two}, len(leaders), shown)


def _extra(turns: _Turns, best: str, curve: Curve) -> float:
    """What one page would bring at the better page's position, less what both bring where they stand."""
    now = sum(seen.impressions * curve.at(seen.position) for seen in turns.sums.values())
    return turns.shown * curve.at(turns.sums[best].position) - now
