"""A Search Console that answers for the made-up site, in Google's shapes: any day, always the same numbers for it."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final

import httpx
import orjson

from shared_layer.aso.days import PACIFIC, newest_published
from shared_layer.aso.search_console.mock_site import COUNTRIES, DEVICES, HIDDEN, SEARCHES, Planted
from shared_layer.aso.site import Site

Row = tuple[tuple[str, ...], int, int, float]
TOP_RATE: Final = 0.27
FALL: Final = 1.05
"""Of 100 people who see the first place 27 click; the rate falls with the place by this power."""

FADES_FOR: Final = 34
"""Days before the site was added at which its fading guide began to fade."""


class MockSearchConsole(httpx.AsyncBaseTransport):
    """Answers searchAnalytics.query for one site."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        asked = orjson.loads(await request.aread())
        day = date.fromisoformat(asked["startDate"])
        found = made_day(self._site, day) if day <= newest_published() else []
        dimensions = asked["dimensions"]
        rows = _totals(found) if dimensions == ["device"] else found
        start, most = asked["startRow"], asked["rowLimit"]
        told = [
            {"keys": keys, "clicks": clicks, "impressions": seen, "ctr": clicks / seen, "position": position}
            for keys, clicks, seen, position in rows[start : start + most]
        ]
        answer: dict[str, Any] = {"rows": told, "responseAggregationType": "byPage"} if told else {}
        return httpx.Response(200, json=answer)


def made_day(site: Site, day: date) -> list[Row]:
    """The day's rows by query, page, device and country; most clicks first, as Google sorts."""
    rows = [row for planted in SEARCHES for row in _rows(site, planted, day)]
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def _rows(site: Site, planted: Planted, day: date) -> Iterator[Row]:
    chance = random.Random(f"{site.site_url} {planted.query} {day}")  # noqa: S311 (a made-up site's numbers)
    query = planted.query.replace("{brand}", site.name)
    mean, position, page = _today(site, planted, day, chance)
    for device, part, eager in DEVICES:
        for country, share in COUNTRIES:
            seen = _poisson(mean * part * share * _week(day), chance)
            if seen == 0:
                continue
            place = max(1.0, position + chance.gauss(0, 0.25 * math.sqrt(position)))
            rate = min(0.75, _rate(place, planted) * eager)
            yield (query, f"{site.base}{page}", device, country), _binomial(seen, rate, chance), seen, round(place, 2)


def _today(site: Site, planted: Planted, day: date, chance: random.Random) -> tuple[float, float, str]:
    """Impressions, position and page of a search on a day, as its story has it."""
    mean, position, page = planted.impressions, planted.position, planted.page
    if planted.story == "fading":
        began = site.created_at.astimezone(PACIFIC).date() - timedelta(days=FADES_FOR)
        faded = min(1.0, max(0.0, (day - began).days / 14))
        mean, position = mean * (1 - 0.45 * faded), position + 3.4 * faded
    if planted.story == "swapping" and chance.random() < 0.48:
        page, position = planted.other, position + 2.5
    return mean, position, page


def _rate(position: float, planted: Planted) -> float:
    """How often a search is clicked at a position."""
    if "{brand}" in planted.query:
        return 0.52 * float(position**-0.8)
    return TOP_RATE * float(position**-FALL) * (0.3 if planted.story == "unclicked" else 1.0)


def _week(day: date) -> float:
    """Fewer people search at the weekend."""
    return 0.82 if day.weekday() >= 5 else 1.07


def _totals(rows: Sequence[Row]) -> list[Row]:
    """By device, with the searches that are not named."""
    totals: list[Row] = []
    for device, _, _ in DEVICES:
        own = [row for row in rows if row[0][2] == device]
        seen = sum(row[2] for row in own)
        if seen:
            position = sum(row[2] * row[3] for row in own) / seen
            clicks = round(sum(row[1] for row in own) / (1 - HIDDEN))
            totals.append(((device,), clicks, round(seen / (1 - HIDDEN)), round(position, 4)))
    return totals


def _poisson(mean: float, chance: random.Random) -> int:
    """Knuth's method for small means, the normal's for large ones."""
    if mean > 30:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count


def _binomial(trials: int, rate: float, chance: random.Random) -> int:
    return sum(chance.random() < rate for _ in range(trials))
