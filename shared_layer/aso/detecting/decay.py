"""Decay: a page that lost clicks against the 28 days before, more than the site as a whole did."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from shared_layer.aso.detecting.window import Pair, Seen, Window
from shared_layer.aso.opportunity import Finding

CLICKS_AT_LEAST: Final = 20
SHARE: Final = 0.72
DEVIATIONS: Final = 3.0
SHOWN: Final = 5
_TIDE: Final = (0.5, 1.5)


def decay(window: Window) -> Iterator[Finding]:
    """Pages with a loss that is neither small nor an accident. Without a whole period before, nothing is said.

    What the other pages together did (season, holidays, a change of Google's) is expected of the page, too. What
    another page gained on the page's own searches is not lost: it moved.
    """
    if not window.whole:
        return
    pages: dict[str, list[Pair]] = {}
    for pair in window.pairs:
        pages.setdefault(pair.page, []).append(pair)
    gains = _gains(window.pairs)
    sums = {page: (_sum(pairs, now=True), _sum(pairs, now=False)) for page, pairs in pages.items()}
    all_now = sum(now.clicks for now, _ in sums.values())
    all_before = sum(before.clicks for _, before in sums.values())
    for page, (now, before) in sums.items():
        tide = _tide(all_now - now.clicks, all_before - before.clicks)
        expected = before.clicks * tide
        kept = now.clicks + sum(_moved(pair, gains) for pair in pages[page])
        lost = expected - kept
        if before.clicks < CLICKS_AT_LEAST or kept > SHARE * expected:
            continue
        if lost / math.sqrt(expected + kept) < DEVIATIONS:
            continue
        yield Finding(
            kind="decay",
            subject=page,
            page=page,
            extra_clicks=round(lost, 1),
            reason=f"{now.clicks} clicks in 28 days after {before.clicks} in the 28 before, while the other pages "
            f"together changed by {tide - 1:+.0%}. {_cause(now, before)}",
            next_action=_action(page, now, before),
            evidence=[
                {"page": page, "tide": round(tide, 3), **now.told(), **before.told("before_")},
                *_searches(pages[page]),
            ],
        )


def _gains(pairs: list[Pair]) -> dict[str, dict[str, int]]:
    """For each search, the pages that won clicks with it, and how many."""
    found: dict[str, dict[str, int]] = {}
    for pair in pairs:
        if pair.now.clicks > pair.before.clicks:
            found.setdefault(pair.query, {})[pair.page] = pair.now.clicks - pair.before.clicks
    return found


def _moved(pair: Pair, gains: dict[str, dict[str, int]]) -> int:
    """How many of the clicks that a page lost with a search other pages of the site won."""
    lost = max(0, pair.before.clicks - pair.now.clicks)
    return min(lost, sum(gained for page, gained in gains.get(pair.query, {}).items() if page != pair.page))


def _sum(pairs: list[Pair], *, now: bool) -> Seen:
    whole = Seen()
    for pair in pairs:
        whole.add(pair.now if now else pair.before)
    return whole


def _tide(now: int, before: int) -> float:
    """What became of a click of the other pages; 1 where they have too few to tell."""
    if before < CLICKS_AT_LEAST:
        return 1.0
    return min(_TIDE[1], max(_TIDE[0], now / before))


def _cause(now: Seen, before: Seen) -> str:
    if now.position - before.position > 0.7:
        return f"It ranks lower: position {before.position:.1f} became {now.position:.1f}."
    if now.impressions < 0.8 * before.impressions:
        return "It ranks as before; fewer people search for it."
    return "It is seen as often at the same place, and clicked less."


def _action(page: str, now: Seen, before: Seen) -> str:
    if now.position - before.position > 0.7:
        return f"Refresh {page}: compare it with what overtook it, bring it up to date, and link to it anew."
    if now.impressions < 0.8 * before.impressions:
        return f"Look whether the demand for {page} is seasonal before anything is rewritten."
    return (
        f"Look at the result page of {page}'s searches for what is clicked instead, and rewrite title and description."
    )


def _searches(pairs: list[Pair]) -> list[dict[str, object]]:
    """The searches that lost most."""
    lost = sorted(pairs, key=lambda pair: (pair.now.clicks - pair.before.clicks, pair.query))[:SHOWN]
    return [{"query": one.query, **one.now.told(), **one.before.told("before_")} for one in lost]
