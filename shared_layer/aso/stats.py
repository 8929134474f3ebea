"""A site's search performance against the period before: totals, the brand apart, who won and who lost."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field

from shared_layer.aso.branding import brand_pattern
from shared_layer.aso.days import Span, ending, today
from shared_layer.aso.measures import BOTH_PERIODS, Compared, of_row
from shared_layer.aso.settings import read_settings
from shared_layer.aso.site import Site
from shared_layer.aso.sites import chosen_site
from shared_layer.aso.tables import performance_table, totals_table
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.ids import Id
from shared_layer.core.models import Model, Query, whole_number
from shared_layer.storage.cache import cached
from shared_layer.storage.tenant_tables import query_tenant, tenant_table_id

MOVERS: Final = 10
NOTE: Final = (
    "Totals are more than the sum of rows: Search Console names no search that only few people make, and counts a "
    "search once for the property but once for each page of it that was shown."
)
NO_BRAND: Final = "No brand_terms are set (PUT /api/v1/aso/settings): every search counts as not branded."


class StatsQuery(Query):
    """The last `days` days with data of a site; the oldest site where none is named."""

    site_id: Id | None = Field(default=None, examples=["site_1"])
    days: Annotated[int, BeforeValidator(whole_number), Field(ge=1, le=180)] = 28


class Mover(Model):
    """A search or a page that won or lost clicks."""

    name: str
    branded: bool | None = None
    performance: Compared


class Coverage(Model):
    """How much of the totals is in the rows, each by its share of the totals (null without any), and why not all."""

    rows_clicks: int
    rows_impressions: int
    clicks_share: float | None
    impressions_share: float | None
    note: str = NOTE


class AsoStats(Model):
    """`data_date` is the newest day with data and `lag_days` how many days ago it was, in California's time.

    `mode` is mock for a made-up site. `bytes_processed` is what BigQuery read, now or when it was cached.
    """

    site_id: str
    site_url: str
    mode: Literal["mock", "live"]
    data_date: date | None
    lag_days: int | None
    since: date | None
    until: date | None
    totals: Compared | None
    devices: dict[str, Compared]
    coverage: Coverage | None
    branded: Compared | None
    not_branded: Compared | None
    brand_note: str | None
    winners: list[Mover]
    losers: list[Mover]
    winning_pages: list[Mover]
    losing_pages: list[Mover]
    bytes_processed: int
    cached: bool
    as_of: datetime


async def get_stats(wanted: StatsQuery, caller: Caller) -> AsoStats:
    """The numbers of a site. Raises NotFound, Unavailable where the warehouse does not answer."""
    site = await chosen_site(wanted.site_id, caller.tenant_id)
    terms = (await read_settings(caller.tenant_id)).brand_terms
    if site.data_date is None:
        return AsoStats.model_validate(_about(site) | _nothing(bool(terms)) | {"cached": False})
    pattern = brand_pattern(terms)
    parts = (site.id, str(site.last_synced_at), str(wanted.days), pattern)
    span = ending(site.data_date, wanted.days)
    found = await cached(caller.tenant_id, "aso_stats", parts, lambda: _ask(site, span, pattern, caller.tenant_id))
    return AsoStats.model_validate(_about(site) | found.value | {"cached": found.hit})


def _about(site: Site) -> dict[str, Any]:
    lag = (today() - site.data_date).days if site.data_date else None
    facts = {"site_id": site.id, "site_url": site.site_url, "mode": site.mode}
    return facts | {"data_date": site.data_date, "lag_days": lag}


def _nothing(has_brand: bool) -> dict[str, Any]:
    nothing = dict.fromkeys(("since", "until", "totals", "coverage", "branded", "not_branded"))
    lists: dict[str, Any] = {name: [] for name in ("winners", "losers", "winning_pages", "losing_pages")}
    note = None if has_brand else NO_BRAND
    return nothing | lists | {"devices": {}, "brand_note": note, "bytes_processed": 0, "as_of": clock.utcnow()}


async def _ask(site: Site, span: Span, pattern: str, tenant_id: str) -> dict[str, Any]:
    """The answer's members but those about the site, as JSON."""
    rows = tenant_table_id(performance_table(tenant_id, site.id))
    period: dict[str, Any] = {"first": span.before().since, "since": span.since, "until": span.until}
    totals, queries, pages = await asyncio.gather(
        query_tenant(_totals(tenant_table_id(totals_table(tenant_id, site.id))), **period),
        query_tenant(_movers(rows, "query", "REGEXP_CONTAINS(query, @brand)"), **period, brand=pattern or "^$"),
        query_tenant(_movers(rows, "page", "FALSE"), **period),
    )
    whole = next((of_row(row) for row in totals.rows if row["device"] is None), None)
    groups = {row["branded"]: _group(row) for row in queries.rows}
    answer: dict[str, Any] = {
        "since": span.since.isoformat(),
        "until": span.until.isoformat(),
        "totals": whole.model_dump() if whole else None,
        "devices": {row["device"]: of_row(row).model_dump() for row in totals.rows if row["device"] is not None},
        "coverage": _coverage(whole, list(groups.values())),
        "branded": groups[True].model_dump() if True in groups else None,
        "not_branded": groups[False].model_dump() if False in groups else None,
        "brand_note": None if pattern else NO_BRAND,
    }
    answer["winners"], answer["losers"] = _ranked(queries.rows, named=bool(pattern))
    answer["winning_pages"], answer["losing_pages"] = _ranked(pages.rows, named=False)
    read = totals.bytes_processed + queries.bytes_processed + pages.bytes_processed
    return answer | {"bytes_processed": read, "as_of": clock.utcnow().isoformat()}


def _totals(table: str) -> str:
    """By device, and all of them in the row without one."""
    return f"""SELECT device, {BOTH_PERIODS} FROM `{table}`
WHERE date >= @first AND date <= @until GROUP BY ROLLUP(device)"""  # noqa: S608 (the names come from the code)


_NUMBERS: Final = tuple(
    f"{period}_{what}" for period in ("now", "before") for what in ("clicks", "impressions", "weighted")
)


def _movers(table: str, name: str, branded: str) -> str:
    """The names that won and lost most clicks, and the sums of each group, in one reading of the table."""
    sums = ", ".join(f"SUM({one}) OVER (PARTITION BY branded) AS group_{one}" for one in _NUMBERS)
    moved = "now_clicks - before_clicks"
    return f"""WITH named AS (
  SELECT {name} AS name, {branded} AS branded, {BOTH_PERIODS}
  FROM `{table}` WHERE date >= @first AND date <= @until GROUP BY name, branded
)
SELECT *, {sums} FROM named
QUALIFY ROW_NUMBER() OVER (ORDER BY {moved} DESC, name) <= {MOVERS}
  OR ROW_NUMBER() OVER (ORDER BY {moved}, name) <= {MOVERS}
  OR ROW_NUMBER() OVER (PARTITION BY branded ORDER BY name) = 1"""  # noqa: S608 (the names come from the code)


def _group(row: dict[str, Any]) -> Compared:
    return of_row({name: row[f"group_{name}"] for name in _NUMBERS})


def _ranked(rows: list[dict[str, Any]], *, named: bool) -> tuple[list[Any], list[Any]]:
    """Winners and losers, those that moved most first; whoever stayed is neither."""
    movers = [
        Mover(name=row["name"], branded=bool(row["branded"]) if named else None, performance=of_row(row))
        for row in rows
    ]
    movers.sort(key=lambda one: (one.performance.change.clicks, one.name))
    losers = [one.model_dump() for one in movers if one.performance.change.clicks < 0]
    winners = [one.model_dump() for one in reversed(movers) if one.performance.change.clicks > 0]
    return winners[:MOVERS], losers[:MOVERS]


def _coverage(whole: Compared | None, groups: list[Compared]) -> dict[str, Any]:
    clicks = sum(one.current.clicks for one in groups)
    seen = sum(one.current.impressions for one in groups)
    all_clicks, all_seen = (whole.current.clicks, whole.current.impressions) if whole else (0, 0)
    return Coverage(
        rows_clicks=clicks,
        rows_impressions=seen,
        clicks_share=round(clicks / all_clicks, 4) if all_clicks else None,
        impressions_share=round(seen / all_seen, 4) if all_seen else None,
    ).model_dump()
