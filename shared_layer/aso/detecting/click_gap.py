"""A gap in clicks: a search that is clicked far less than the site's own curve expects where it stands."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from shared_layer.aso.detecting.window import Window
from shared_layer.aso.opportunity import Finding

LOWEST: Final = 12.0
EXPECTED_AT_LEAST: Final = 10.0
SHARE: Final = 0.6
"""Less than this part of what is expected is a gap: searches differ by a quarter among themselves."""

DEVIATIONS: Final = 3.0
"""How far below the expectation, in Poisson deviations, before it is no accident."""


def click_gap(window: Window) -> Iterator[Finding]:
    """Pairs on the first page with too few clicks. The brand's searches are held against the brand's own curve."""
    for pair in window.pairs:
        curve = window.curve_of(pair)
        if curve is None or not pair.now.impressions or pair.now.position > LOWEST:
            continue
        expected = pair.expected(curve)
        if expected < EXPECTED_AT_LEAST or pair.now.clicks > SHARE * expected:
            continue
        if (expected - pair.now.clicks) / math.sqrt(expected) < DEVIATIONS:
            continue
        yield Finding(
            kind="ctr_gap",
            subject=f"{pair.query} {pair.page}",
            query=pair.query,
            page=pair.page,
            extra_clicks=round(expected - pair.now.clicks, 1),
            reason=f"Clicked {pair.now.clicks} times of {pair.now.impressions} at position {pair.now.position:.1f}; "
            f"your own {'branded ' if pair.branded else ''}click curve expects {expected:.0f}.",
            next_action=f"Rewrite title and meta description of {pair.page} for “{pair.query}”, and look at the result "
            "page: where Google answers the search itself, another search is worth more.",
            evidence=[
                {
                    "query": pair.query,
                    "page": pair.page,
                    "branded": pair.branded,
                    **pair.now.told(),
                    "expected_clicks": round(expected, 1),
                    "expected_ctr": round(expected / pair.now.impressions, 4),
                }
            ],
        )
