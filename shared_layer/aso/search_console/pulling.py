"""A day of a property, pulled whole: every row of it by page of 25,000, and the property's totals."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import orjson

from shared_layer.aso.phrase import normal
from shared_layer.aso.search_console.api import query
from shared_layer.aso.site import Site

ROWS_A_PAGE: Final = 25_000
PAGES_AT_MOST: Final = 40
DIMENSIONS: Final = ("query", "page", "device", "country")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PulledDay:
    """What Search Console says of a day: `rows` by query, page, device and country, `totals` by device."""

    day: date
    rows: list[Row]
    totals: list[Row]

    @property
    def digest(self) -> str:
        """The same for the same numbers, in whatever order they came."""
        lines = sorted(orjson.dumps(row, option=orjson.OPT_SORT_KEYS) for row in (*self.rows, *self.totals))
        return hashlib.sha256(b"\n".join(lines)).hexdigest()

    @property
    def empty(self) -> bool:
        """Whether nothing is known of the day."""
        return not self.rows and not self.totals


async def pull_day(site: Site, tenant_id: str, day: date) -> PulledDay:
    """One day. Raises SearchConsoleError.

    Only final data is asked for; totals come from a call without query and page, which alone counts rare searches.
    """
    rows: dict[tuple[str, ...], Row] = {}
    for found in await _pages(site, tenant_id, day, DIMENSIONS):
        row = _row(day, DIMENSIONS, found)
        row["query"] = normal(row["query"]) or row["query"]
        key = tuple(row[name] for name in DIMENSIONS)
        rows[key] = joined(rows[key], row) if key in rows else row
    totals = [_row(day, ("device",), found) for found in await _pages(site, tenant_id, day, ("device",))]
    return PulledDay(day, list(rows.values()), totals)


async def _pages(site: Site, tenant_id: str, day: date, dimensions: tuple[str, ...]) -> list[Any]:
    found: list[Any] = []
    for page in range(PAGES_AT_MOST):
        body = {
            "startDate": day.isoformat(),
            "endDate": day.isoformat(),
            "dimensions": list(dimensions),
            "type": "web",
            "dataState": "final",
            "rowLimit": ROWS_A_PAGE,
            "startRow": page * ROWS_A_PAGE,
        }
        part = (await query(site, tenant_id, body)).get("rows", [])
        found += part
        if len(part) < ROWS_A_PAGE:
            break
    return found


def _row(day: date, dimensions: tuple[str, ...], found: Any) -> Row:
    numbers = {
        "clicks": int(found["clicks"]),
        "impressions": int(found["impressions"]),
        "position": round(float(found["position"]), 4),
    }
    return {"date": day.isoformat(), **dict(zip(dimensions, found["keys"], strict=True)), **numbers}


def joined(one: Row, other: Row) -> Row:
    """Two rows of one key as one: the position is their mean, weighted by impressions."""
    impressions = one["impressions"] + other["impressions"]
    weighted = one["position"] * one["impressions"] + other["position"] * other["impressions"]
    return one | {
        "clicks": one["clicks"] + other["clicks"],
        "impressions": impressions,
        "position": round(weighted / impressions, 4) if impressions else one["position"],
    }
