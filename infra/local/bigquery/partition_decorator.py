"""A partition written to by name: `table$20261123` as the destination of a load job.

The rows must belong to the partition that the decorator names. Partitions by ingestion time are not written to here.
Source: https://cloud.google.com/bigquery/docs/load-data-partitioned-tables#write-to-partition
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from infra.local.bigquery.errors import ApiError
from infra.local.bigquery.partitioning import UNITS, Partitioning, micros
from infra.local.bigquery.tables import Table


def decorated(reference: dict[str, Any]) -> tuple[dict[str, Any], str | None]:
    """The table that a reference names, and the partition of it where it names one."""
    table, mark, partition = str(reference.get("tableId") or "").partition("$")
    return {**reference, "tableId": table}, partition if mark else None


def in_partition(table: Table, partition: str) -> str:
    """The condition (DuckDB) that a row lies in the partition. Raises ApiError for a name that is none."""
    cut = _cut(table)
    return f"{cut.key} = {_key(cut, partition)}"


def check_rows(table: Table, partition: str, rows: Sequence[dict[str, Any]]) -> None:
    """Raises ApiError where a row belongs to another partition."""
    cut = _cut(table)
    key = _key(cut, partition)
    for row in rows:
        value = row.get(cut.column)
        if value is None or not key <= _micros(value) < cut.end(key):
            raise ApiError(
                f"Some rows belong to different partitions rather than destination partition {table.name}${partition}"
            )


def _cut(table: Table) -> Partitioning:
    if table.partitioning is None or table.partitioning.by_ingestion:
        raise ApiError(f"Cannot write to a partition by its name: {table.name} is not partitioned by a column here")
    return table.partitioning


def _key(cut: Partitioning, partition: str) -> int:
    try:
        return micros(datetime.strptime(partition, UNITS[cut.unit]))
    except ValueError:
        raise ApiError(f"Invalid date partition id: {partition}") from None


def _micros(value: Any) -> int:
    return micros(datetime.fromisoformat(str(value).replace("Z", "+00:00")))
