"""Logical bytes, counted as BigQuery counts them: per column, per partition.

Source of the sizes: https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#data_type_sizes
"""

# ruff: noqa: S608 - identifiers are quoted and values bound; both come from the catalog or the planner

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from infra.local.bigquery.fields import Field
from infra.local.bigquery.names import TableName, quoted
from infra.local.bigquery.tables import Table

_FIXED = {"NUMERIC": 16, "BIGNUMERIC": 32, "BOOLEAN": 1, "INTERVAL": 16}
_MEASURED = {"STRING": "strlen({0})", "GEOGRAPHY": "strlen({0})", "JSON": "strlen({0})", "BYTES": "octet_length({0})"}
_EIGHT_BYTES = 8


@dataclass(slots=True)
class Partition:
    rows: int = 0
    columns: dict[str, int] = field(default_factory=dict)

    def bytes(self, columns: Iterable[str]) -> int:
        return sum(self.columns.get(name, 0) for name in columns)


@dataclass(slots=True)
class _Measured:
    """What is known of a table, up to and including the row `last`."""

    table: Table
    partitions: dict[int | None, Partition] = field(default_factory=dict)
    last: int = -1
    rows: int = 0


class Sizes:
    """Measures a table when first asked, and then only the rows that were appended since."""

    def __init__(self) -> None:
        self._known: dict[TableName, _Measured] = {}
        self._lock = threading.Lock()

    def forget(self, name: TableName) -> None:
        """Rows of the table were changed or removed: what was measured no longer holds."""
        with self._lock:
            self._known.pop(name, None)

    def partitions(self, cursor: Any, table: Table) -> dict[int | None, Partition]:
        """By partition key (a table that is not partitioned has the one key None); columns by lower-case name."""
        with self._lock:
            known = self._known.get(table.name)
            count = cursor.execute(f"SELECT count(*) FROM {table.name.physical}").fetchone()[0]
            if known is None or known.table is not table or known.rows > count:
                known = _Measured(table)
            if known.rows != count:
                _measure(cursor, known)
                if known.rows != count:
                    known = _Measured(table)
                    _measure(cursor, known)
                self._known[table.name] = known
            return {key: Partition(one.rows, dict(one.columns)) for key, one in known.partitions.items()}

    def whole(self, cursor: Any, table: Table) -> tuple[int, int]:
        """Rows and bytes of the table."""
        parts = self.partitions(cursor, table).values()
        return sum(part.rows for part in parts), sum(sum(part.columns.values()) for part in parts)


def _measure(cursor: Any, known: _Measured) -> None:
    table = known.table
    key = table.partitioning.key if table.partitioning else "CAST(NULL AS BIGINT)"
    sums = "".join(f", sum({_size(one, quoted(one.name))})" for one in table.fields)
    rows = cursor.execute(
        f"SELECT {key} AS _key, count(*), max(rowid){sums} FROM {table.name.physical} WHERE rowid > ? GROUP BY _key",
        [known.last],
    ).fetchall()
    for partition_key, count, last, *sizes in rows:
        part = known.partitions.setdefault(partition_key, Partition())
        part.rows += count
        for one, size in zip(table.fields, sizes, strict=True):
            part.columns[one.name.lower()] = part.columns.get(one.name.lower(), 0) + int(size or 0)
        known.last = max(known.last, last)
        known.rows += count


def _size(one: Field, value: str, depth: int = 0) -> str:
    """SQL of a value's logical bytes; NULL takes none."""
    if one.repeated:
        element = f"_e{depth}"
        inner = _size_of_one(one, element, depth + 1)
        return f"coalesce(list_sum(list_transform({value}, lambda {element}: {inner})), 0)"
    return _size_of_one(one, value, depth)


def _size_of_one(one: Field, value: str, depth: int) -> str:
    if one.type == "RECORD":
        parts = [_size(inner, f"struct_extract({value}, '{inner.name}')", depth) for inner in one.fields]
        return "(" + " + ".join(parts) + ")"
    if one.type in _MEASURED:
        return f"coalesce({_MEASURED[one.type].format(value)} + 2, 0)"
    return f"(CASE WHEN {value} IS NULL THEN 0 ELSE {_FIXED.get(one.type, _EIGHT_BYTES)} END)"
