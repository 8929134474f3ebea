"""Striking distance: searches that stand where one step up brings many clicks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from shared_layer.aso.detecting.window import Window
from shared_layer.aso.opportunity import Finding

NEAREST: Final = 4.5
PAGE_ONE: Final = 10.5
FARTHEST: Final = 20.5
IMPRESSIONS_AT_LEAST: Final = 100
CLICKS_AT_LEAST: Final = 5.0
TOP: Final = 3.0
"""What a search on the first page may reach."""

FIRST_PAGE: Final = 7.0
"""What one on the second page may reach: the first page, not its top."""


def striking_distance(window: Window) -> Iterator[Finding]:
    """Searches between the middle of the first page and the end of the second, each with its most shown page.

    Impressions are taken as they are: a search that comes to the first page is seen more, by how much is not known.
    """
    if window.curve is None:
        return
    for query, pages in window.by_query().items():
        best = pages[0]
        position = best.now.position
        if not NEAREST <= position <= FARTHEST or best.now.impressions < IMPRESSIONS_AT_LEAST:
            continue
        goal = TOP if position <= PAGE_ONE else FIRST_PAGE
        extra = best.expected_at(goal, window.curve) - best.expected(window.curve)
        if extra < CLICKS_AT_LEAST:
            continue
        yield Finding(
            kind="striking_distance",
            subject=query,
            query=query,
            page=best.page,
            extra_clicks=round(extra, 1),
            reason=f"Seen {best.now.impressions} times in 28 days at position {position:.1f}; "
            f"at {goal:.0f} your own click curve expects {window.curve.at(goal):.1%} instead of "
            f"{window.curve.at(position):.1%}.",
            next_action=_action(best.page, query, position),
            evidence=[
                {"query": query, "page": best.page, "goal": goal, **best.now.told(), **best.before.told("before_")}
            ],
        )


def _action(page: str, query: str, position: float) -> str:
    if position <= PAGE_ONE:
        return f"Audit {page} for “{query}”: answer it in title, h1 and first paragraph, and link to it where you rank."
    return f"Deepen {page} for “{query}” with what the first page covers, and give it internal links with that anchor."
