"""The numbers that opportunities are found in, read from the tenant's tables: 56 days and no others."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from shared_layer.aso.branding import brand_pattern
from shared_layer.aso.days import LAG, Span, ending, today
from shared_layer.aso.detecting.cannibalisation import Days, days_of
from shared_layer.aso.detecting.window import PERIOD_DAYS, ROWS_AT_MOST, Window, pairs_of, window_of
from shared_layer.aso.measures import BOTH_PERIODS
from shared_layer.aso.site import Site
from shared_layer.aso.tables import performance_table
from shared_layer.storage.tenant_tables import query_tenant, tenant_table_id

DEEPEST_HALF: Final = 61
"""Everything behind the thirtieth place is one: nobody sees it."""


def decided_on(data_date: date) -> Span:
    """The 28 days that are decided on: whole, and at least three days old."""
    return ending(min(data_date, today() - timedelta(days=LAG)), PERIOD_DAYS)


async def read_window(site: Site, data_date: date, brand_terms: list[str], tenant_id: str) -> Window:
    """The site's pairs with their curves. Raises Unavailable, ValidationFailed where it is too much to be read."""
    span = decided_on(data_date)
    before = span.before()
    sql = f"""SELECT query, page, LEAST(CAST(ROUND(position * 2) AS INT64), {DEEPEST_HALF}) AS half,
  REGEXP_CONTAINS(query, @brand) AS branded, {BOTH_PERIODS}
FROM `{tenant_table_id(performance_table(tenant_id, site.id))}`
WHERE date >= @first AND date <= @until
GROUP BY query, page, half, branded
ORDER BY now_impressions + before_impressions DESC, query, page, half
LIMIT {ROWS_AT_MOST}"""  # noqa: S608 (names from the code; values are parameters)
    period: dict[str, Any] = {"first": before.since, "since": span.since, "until": span.until}
    answer = await query_tenant(sql, **period, brand=brand_pattern(brand_terms) or "^$")
    whole = site.first_date is not None and site.first_date <= before.since
    return window_of(pairs_of(answer.rows), span, whole=whole)


async def read_days(site: Site, span: Span, queries: list[str], tenant_id: str) -> dict[str, Days]:
    """Each day of the searches, by page."""
    if not queries:
        return {}
    sql = f"""SELECT query, date, page, SUM(clicks) AS clicks, SUM(impressions) AS impressions,
  SUM(position * impressions) AS weighted
FROM `{tenant_table_id(performance_table(tenant_id, site.id))}`
WHERE date >= @since AND date <= @until AND query IN UNNEST(@queries)
GROUP BY query, date, page"""  # noqa: S608 (names from the code; values are parameters)
    answer = await query_tenant(sql, since=span.since, until=span.until, queries=queries)
    return days_of(answer.rows)
