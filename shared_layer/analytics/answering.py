"""Answering a query: from the cache while no new row came, else from the warehouse."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from shared_layer.analytics.query import AnalyticsAnswer, AnalyticsQuery
from shared_layer.analytics.statement import statement
from shared_layer.core import clock, json
from shared_layer.core.caller import Caller
from shared_layer.storage import freshness
from shared_layer.storage.cache import cached
from shared_layer.storage.event_rows import query_events

CACHED_SECONDS: Final = 30.0


async def answer_query(query: AnalyticsQuery, caller: Caller) -> AnalyticsAnswer:
    """The tenant's numbers. Raises ValidationFailed, or Unavailable where the warehouse does not answer."""
    query.check_names()
    query.period(clock.utcnow())
    version = await freshness.version(caller.tenant_id)
    if version is None:
        return AnalyticsAnswer(**await _ask(query, caller.tenant_id), cached=False)
    parts = (str(version), json.fingerprint(query.model_dump()))
    found = await cached(
        caller.tenant_id, "analytics", parts, lambda: _ask(query, caller.tenant_id), ttl=CACHED_SECONDS
    )
    return AnalyticsAnswer.model_validate({**found.value, "cached": found.hit}, strict=False)


async def _ask(query: AnalyticsQuery, tenant_id: str) -> dict[str, Any]:
    """The answer's members but `cached`, as JSON."""
    moment = clock.utcnow()
    period = query.period(moment)
    asked = statement(query)
    found = await query_events(tenant_id, period, asked.columns, asked.event_types, asked.select, asked.texts)
    rows = [{name: _plain(value) for name, value in row.items()} for row in found.rows]
    return {
        "items": rows[: query.limit],
        "truncated": len(rows) > query.limit,
        "metrics": query.metrics,
        "dimensions": list(asked.dimensions),
        "since": period.since,
        "until": period.until,
        "bytes_processed": found.bytes_processed,
        "data_as_of": moment,
    }


def _plain(value: Any) -> Any:
    """A value of BigQuery's as JSON has it."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return value
