"""Reading the warehouse's events: of one tenant, within a period, each once, for no more than a set price."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from shared_layer.core.context import current
from shared_layer.core.errors import Unavailable, ValidationFailed
from shared_layer.core.logs import log
from shared_layer.core.settings import settings
from shared_layer.storage.gcp_clients import bigquery
from shared_layer.storage.warehouse import EVENTS, table_id

if TYPE_CHECKING:
    from google.cloud.bigquery import QueryJobConfig

MAXIMUM_BYTES_BILLED: Final = 1 << 30
"""What one query may read: 1 GiB, $0.006 at list price. BigQuery refuses the rest before it reads."""

RETRY_SECONDS: Final = 1.5
"""How long a failing BigQuery is tried again before the caller is told."""

LONGEST_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` (included) to `until` (left out)."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """What a query answered, and the bytes that BigQuery read for it."""

    rows: list[dict[str, Any]]
    bytes_processed: int


async def query_events(
    tenant_id: str,
    period: Period,
    columns: Sequence[str],
    event_types: Sequence[str],
    select: str,
    texts: Mapping[str, Sequence[str]],
) -> Found:
    """The answer to `select` (which may go on from `WITH`) over the relation `events`.

    `events` has `columns` of the tenant's events in `period`, of `event_types` (empty: all), each event once:
    insertAll removes duplicates only for a minute. `texts` are further parameters, lists of strings. Raises
    ValidationFailed where the period holds too much, Unavailable where BigQuery does not answer.
    """
    sql = f"{_relation(columns, bool(event_types))}\n{select}"
    parameters = {**texts, "event_types": list(event_types)} if event_types else dict(texts)
    context = current()
    seconds = min(LONGEST_SECONDS, context.remaining() if context else LONGEST_SECONDS)
    return await asyncio.to_thread(_run, sql, tenant_id, period, parameters, seconds)


def _relation(columns: Sequence[str], typed: bool) -> str:
    types = "\n    AND event_type IN UNNEST(@event_types)" if typed else ""
    return f"""WITH events AS (
  SELECT {", ".join(columns)}
  FROM `{table_id(settings().project, EVENTS)}`
  WHERE tenant_id = @tenant_id
    AND timestamp >= @since AND timestamp < @until{types}
  QUALIFY ROW_NUMBER() OVER (PARTITION BY event_id ORDER BY synced_at) = 1
)"""  # noqa: S608 (the names come from the code; values are parameters)


def _run(sql: str, tenant_id: str, period: Period, texts: Mapping[str, Sequence[str]], seconds: float) -> Found:
    from google.api_core import exceptions
    from google.auth.exceptions import TransportError
    from google.cloud.bigquery.retry import DEFAULT_RETRY
    from requests.exceptions import RequestException

    try:
        rows = bigquery().query_and_wait(
            sql,
            job_config=_config(tenant_id, period, texts),
            api_timeout=seconds,
            wait_timeout=seconds,
            retry=DEFAULT_RETRY.with_timeout(min(RETRY_SECONDS, seconds)),
            job_retry=None,
        )
        return Found([dict(row.items()) for row in rows], rows.total_bytes_processed or 0)
    except exceptions.GoogleAPICallError as error:
        if "bytes billed" in str(error):
            raise ValidationFailed(
                f"This period holds more than the {MAXIMUM_BYTES_BILLED} bytes that a query may read. Shorten it."
            ) from None
        if isinstance(error, exceptions.ServerError):
            raise _away(error) from error
        raise
    except (exceptions.RetryError, RequestException, TransportError, TimeoutError) as error:
        raise _away(error) from error


def _away(error: Exception) -> Unavailable:
    log("ERROR", "dependency_down", f"bigquery: {error}")
    return Unavailable("The warehouse does not answer. Retry in a few seconds; GET /api/v1/events does without it.")


def _config(tenant_id: str, period: Period, texts: Mapping[str, Sequence[str]]) -> QueryJobConfig:
    from google.cloud.bigquery import ArrayQueryParameter, QueryJobConfig, ScalarQueryParameter

    return QueryJobConfig(
        query_parameters=[
            ScalarQueryParameter("tenant_id", "STRING", tenant_id),
            ScalarQueryParameter("since", "TIMESTAMP", period.since),
            ScalarQueryParameter("until", "TIMESTAMP", period.until),
            *[ArrayQueryParameter(name, "STRING", list(values)) for name, values in texts.items()],
        ],
        maximum_bytes_billed=MAXIMUM_BYTES_BILLED,
        labels={"purpose": "analytics"},
    )
