"""INFORMATION_SCHEMA: the catalog as tables, handed to a query as common table expressions."""

# ruff: noqa: S608 - identifiers are quoted and values bound; both come from the catalog or the planner

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from infra.local.bigquery.catalog import Catalog
from infra.local.bigquery.errors import InvalidQuery
from infra.local.bigquery.fields import Field
from infra.local.bigquery.names import DatasetName
from infra.local.bigquery.sizes import Sizes
from infra.local.bigquery.tables import Table

_STANDARD = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL"}
_TABLES = {
    "table_catalog": "VARCHAR",
    "table_schema": "VARCHAR",
    "table_name": "VARCHAR",
    "table_type": "VARCHAR",
    "is_insertable_into": "VARCHAR",
    "is_typed": "VARCHAR",
    "creation_time": "TIMESTAMPTZ",
}
_COLUMNS = {
    "table_catalog": "VARCHAR",
    "table_schema": "VARCHAR",
    "table_name": "VARCHAR",
    "column_name": "VARCHAR",
    "ordinal_position": "BIGINT",
    "is_nullable": "VARCHAR",
    "data_type": "VARCHAR",
    "is_partitioning_column": "VARCHAR",
    "clustering_ordinal_position": "BIGINT",
}
_PARTITIONS = {
    "table_catalog": "VARCHAR",
    "table_schema": "VARCHAR",
    "table_name": "VARCHAR",
    "partition_id": "VARCHAR",
    "total_rows": "BIGINT",
    "total_logical_bytes": "BIGINT",
    "last_modified_time": "TIMESTAMPTZ",
    "storage_tier": "VARCHAR",
}
Row = dict[str, Any]


def common_tables(cursor: Any, views: Sequence[tuple[DatasetName, str]], catalog: Catalog, sizes: Sizes) -> str:
    """The WITH clause that stands before a statement which reads `views` (empty when there are none)."""
    parts = []
    for index, (dataset, view) in enumerate(views):
        if view not in _VIEWS:
            raise InvalidQuery(f"Not supported here: INFORMATION_SCHEMA.{view}")
        shape, make = _VIEWS[view]
        rows = [row for table in catalog.tables(dataset) for row in make(cursor, table, sizes)]
        text, structure = (orjson.dumps(one).decode().replace("'", "''") for one in (rows, [shape]))
        unpacked = f"SELECT unnest(from_json('{text}', '{structure}')) AS _row"
        parts.append(f"_information_schema_{index} AS (SELECT unnest(_row) FROM ({unpacked}))")
    return f"WITH {', '.join(parts)} " if parts else ""


def _place(table: Table) -> Row:
    name = table.name
    return {"table_catalog": name.project, "table_schema": name.dataset, "table_name": name.table}


def _moment(table: Table, key: str) -> str:
    return datetime.fromtimestamp(int(table.resource.get(key) or 0) / 1000, UTC).isoformat(" ")


def _yes(value: bool) -> str:
    return "YES" if value else "NO"


def _tables(_cursor: Any, table: Table, _sizes: Sizes) -> list[Row]:
    base = table.kind == "TABLE"
    shown = {"table_type": "BASE TABLE" if base else "VIEW", "is_insertable_into": _yes(base), "is_typed": "NO"}
    return [_place(table) | shown | {"creation_time": _moment(table, "creationTime")}]


def _columns(_cursor: Any, table: Table, _sizes: Sizes) -> list[Row]:
    cut = table.partitioning.column.lower() if table.partitioning else None
    clusters = [name.lower() for name in table.clustering]
    return [
        _place(table)
        | {
            "column_name": one.name,
            "ordinal_position": position,
            "is_nullable": _yes(one.mode == "NULLABLE"),
            "data_type": data_type(one),
            "is_partitioning_column": _yes(one.name.lower() == cut),
            "clustering_ordinal_position": clusters.index(one.name.lower()) + 1
            if one.name.lower() in clusters
            else None,
        }
        for position, one in enumerate(table.fields, 1)
    ]


def _partitions(cursor: Any, table: Table, sizes: Sizes) -> list[Row]:
    if table.kind != "TABLE":
        return []
    found = []
    for key, part in sorted(sizes.partitions(cursor, table).items(), key=lambda one: (one[0] is None, one[0] or 0)):
        found.append(
            _place(table)
            | {
                "partition_id": table.partitioning.partition_id(key) if table.partitioning else None,
                "total_rows": part.rows,
                "total_logical_bytes": sum(part.columns.values()),
                "last_modified_time": _moment(table, "lastModifiedTime"),
                "storage_tier": "ACTIVE",
            }
        )
    return found


def data_type(field: Field) -> str:
    """GoogleSQL's spelling of a field's type."""
    if field.type == "RECORD":
        one = "STRUCT<" + ", ".join(f"{inner.name} {data_type(inner)}" for inner in field.fields) + ">"
    else:
        one = _STANDARD.get(field.type, field.type)
    return f"ARRAY<{one}>" if field.repeated else one


_VIEWS: dict[str, tuple[dict[str, str], Callable[[Any, Table, Sizes], list[Row]]]] = {
    "TABLES": (_TABLES, _tables),
    "COLUMNS": (_COLUMNS, _columns),
    "PARTITIONS": (_PARTITIONS, _partitions),
}
