"""Reading the warehouse's events: of one tenant, within a period, each once, for no more than a set price."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared_layer.core.settings import settings
from shared_layer.storage.bounded_query import Answer, run_bounded, seconds_left
from shared_layer.storage.gcp_clients import bigquery
from shared_layer.storage.warehouse import EVENTS, table_id


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` (included) to `until` (left out)."""

    since: datetime
    until: datetime


async def query_events(
    tenant_id: str,
    period: Period,
    columns: Sequence[str],
    event_types: Sequence[str],
    select: str,
    texts: Mapping[str, Sequence[str]],
) -> Answer:
    """The answer to `select` (which may go on from `WITH`) over the relation `events`.

    `events` has `columns` of the tenant's events in `period`, of `event_types` (empty: all), each event once:
    insertAll removes duplicates only for a minute. `texts` are further parameters, lists of strings. Raises
    ValidationFailed where the period holds too much, Unavailable where BigQuery does not answer.
    """
    sql = f"{_relation(columns, bool(event_types))}\n{select}"
    parameters = {**texts, "event_types": list(event_types)} if event_types else dict(texts)
    return await asyncio.to_thread(_run, sql, tenant_id, period, parameters, seconds_left())


def _relation(columns: Sequence[str], typed: bool) -> str:
    types = "\n    AND event_type IN UNNEST(@event_types)" if typed else ""
    return f"""WITH events AS (
  SELECT {", ".join(columns)}
  FROM `{table_id(settings().project, EVENTS)}`
  WHERE tenant_id = @tenant_id
    AND timestamp >= @since AND timestamp < @until{types}
  QUALIFY ROW_NUMBER() OVER (PARTITION BY event_id ORDER BY synced_at) = 1
)"""  # noqa: S608 (the names come from the code; values are parameters)


def _run(sql: str, tenant_id: str, period: Period, texts: Mapping[str, Sequence[str]], seconds: float) -> Answer:
    from google.cloud.bigquery import ArrayQueryParameter, ScalarQueryParameter

    parameters = [
        ScalarQueryParameter("tenant_id", "STRING", tenant_id),
        ScalarQueryParameter("since", "TIMESTAMP", period.since),
        ScalarQueryParameter("until", "TIMESTAMP", period.until),
        *[ArrayQueryParameter(name, "STRING", list(values)) for name, values in texts.items()],
    ]
    return run_bounded(bigquery(), sql, parameters, "analytics", seconds, "GET /api/v1/events does without it")
