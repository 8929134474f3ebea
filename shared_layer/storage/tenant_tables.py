"""The tables of a tenant's own dataset: a day's partition is replaced whole, and read back by day.

A load job into `table$20261123` replaces that day in one step and costs nothing, so that writing a day again is
harmless. Every table is partitioned by its column `date` and cannot be read without a filter on it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from shared_layer.core.context import current
from shared_layer.core.errors import Unavailable, ValidationFailed
from shared_layer.core.logs import log
from shared_layer.core.settings import settings
from shared_layer.storage.gcp_clients import bigquery
from shared_layer.storage.warehouse import Table, as_table, aso_dataset, table_id

if TYPE_CHECKING:
    from google.cloud.bigquery import QueryJobConfig

MAXIMUM_BYTES_BILLED: Final = 1 << 30
"""What one query may read: 1 GiB, $0.006 at list price. BigQuery refuses the rest before it reads."""

LONGEST_SECONDS: Final = 30.0
LOAD_SECONDS: Final = 60.0

Parameter = str | int | float | date | Sequence[str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query answered, and the bytes that BigQuery read for it."""

    rows: list[dict[str, Any]]
    bytes_processed: int


def of_tenant(table: Table, tenant_id: str, suffix: str = "") -> Table:
    """`table` in the tenant's own dataset, `suffix` ending its name."""
    return replace(table, dataset=aso_dataset(tenant_id), name=f"{table.name}{suffix}")


def tenant_table_id(table: Table) -> str:
    """`project.dataset.table` of a table that `of_tenant` made."""
    return table_id(settings().project, table)


async def make_table(table: Table) -> None:
    """Create the table where it is not."""
    await asyncio.to_thread(_make, table)


def _make(table: Table) -> None:
    bigquery().create_table(as_table(settings().project, table), exists_ok=True, timeout=LONGEST_SECONDS)


async def replace_day(table: Table, day: date, rows: Sequence[Mapping[str, Any]]) -> None:
    """Have the day's partition hold `rows` and nothing else; all of it or nothing, and the same when repeated."""
    await asyncio.to_thread(_replace, table, day, rows)


def _replace(table: Table, day: date, rows: Sequence[Mapping[str, Any]]) -> None:
    from google.cloud.bigquery import LoadJobConfig, SchemaField, TimePartitioning

    config = LoadJobConfig(
        schema=[SchemaField(name, kind, mode=mode) for name, kind, mode in table.columns],
        time_partitioning=TimePartitioning(field=table.partition),
        clustering_fields=list(table.cluster),
        write_disposition="WRITE_TRUNCATE",
        create_disposition="CREATE_NEVER",
    )
    place = f"{tenant_table_id(table)}${day:%Y%m%d}"
    job = bigquery().load_table_from_json([dict(row) for row in rows], place, job_config=config, timeout=LOAD_SECONDS)
    job.result(timeout=LOAD_SECONDS)


async def drop_table(table: Table) -> None:
    """Remove the table, where it is."""
    await asyncio.to_thread(_drop, table)


def _drop(table: Table) -> None:
    bigquery().delete_table(tenant_table_id(table), not_found_ok=True, timeout=LONGEST_SECONDS)


async def query_tenant(sql: str, **parameters: Parameter) -> Answer:
    """The rows of `sql`, whose tables `tenant_table_id` named and whose values are named parameters.

    Raises ValidationFailed where it would read too much, Unavailable where BigQuery does not answer.
    """
    context = current()
    seconds = min(LONGEST_SECONDS, context.remaining()) if context else LONGEST_SECONDS
    return await asyncio.to_thread(_run, sql, parameters, seconds)


def _run(sql: str, parameters: Mapping[str, Parameter], seconds: float) -> Answer:
    from google.api_core import exceptions
    from google.auth.exceptions import TransportError
    from requests.exceptions import RequestException

    try:
        rows = bigquery().query_and_wait(
            sql, job_config=_config(parameters), api_timeout=seconds, wait_timeout=seconds, job_retry=None
        )
        return Answer([dict(row.items()) for row in rows], rows.total_bytes_processed or 0)
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
    return Unavailable("The warehouse does not answer. Retry in a few seconds.")


def _config(parameters: Mapping[str, Parameter]) -> QueryJobConfig:
    from google.cloud.bigquery import ArrayQueryParameter, QueryJobConfig, ScalarQueryParameter

    made: list[Any] = []
    for name, value in parameters.items():
        if isinstance(value, str | int | float | date):
            made.append(ScalarQueryParameter(name, _kind(value), value))
        else:
            made.append(ArrayQueryParameter(name, "STRING", list(value)))
    return QueryJobConfig(query_parameters=made, maximum_bytes_billed=MAXIMUM_BYTES_BILLED, labels={"purpose": "aso"})


def _kind(value: str | int | float | date) -> str:
    kinds = {str: "STRING", int: "INT64", float: "FLOAT64", date: "DATE"}
    return kinds[type(value)]
