"""The tables of a tenant's own dataset: a day's partition is replaced whole, and read back by day.

A load job into `table$20261123` replaces that day in one step and costs nothing, so that writing a day again is
harmless. Every table is partitioned by its column `date` and cannot be read without a filter on it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from shared_layer.core.settings import settings
from shared_layer.storage.bounded_query import LONGEST_SECONDS, Answer, run_bounded, seconds_left
from shared_layer.storage.gcp_clients import bigquery
from shared_layer.storage.warehouse import Table, as_table, aso_dataset, table_id

LOAD_SECONDS: Final = 60.0

Parameter = str | int | float | date | Sequence[str]


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
    return await asyncio.to_thread(_run, sql, parameters, seconds_left())


def _run(sql: str, parameters: Mapping[str, Parameter], seconds: float) -> Answer:
    from google.cloud.bigquery import ArrayQueryParameter, ScalarQueryParameter

    made: list[Any] = []
    for name, value in parameters.items():
        if isinstance(value, str | int | float | date):
            made.append(ScalarQueryParameter(name, _kind(value), value))
        else:
            made.append(ArrayQueryParameter(name, "STRING", list(value)))
    return run_bounded(bigquery(), sql, made, "aso", seconds)


def _kind(value: str | int | float | date) -> str:
    kinds = {str: "STRING", int: "INT64", float: "FLOAT64", date: "DATE"}
    return kinds[type(value)]
