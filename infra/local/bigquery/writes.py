"""Rows on their way into DuckDB: a whole batch in one statement, bound as one JSON text."""

# ruff: noqa: S608 - identifiers are quoted and values bound; both come from the catalog or the planner

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from infra.local.bigquery.fields import Field
from infra.local.bigquery.names import quoted
from infra.local.bigquery.partitioning import INGESTION_COLUMN
from infra.local.bigquery.reshape import reshape
from infra.local.bigquery.tables import Table


def append(cursor: Any, table: Table, rows: Sequence[dict[str, Any]], now: float) -> None:
    """Write `rows` (as `rows.checked` gives them) to `table`; `now` decides the partition by ingestion time."""
    from infra.local.bigquery.duck_errors import as_query_errors

    if not rows:
        return
    names = [quoted(one.name) for one in table.fields]
    values = [reshape(one, f"_row[{_text(one.name)}]", _from_wire) for one in table.fields]
    parameters: dict[str, Any] = {"rows": orjson.dumps(rows).decode()}
    if table.partitioning is not None and table.has_ingestion_column:
        names.append(quoted(INGESTION_COLUMN))
        values.append(f"date_trunc('{table.partitioning.unit.lower()}', to_timestamp(CAST($now AS DOUBLE)))")
        parameters["now"] = now
    structure = orjson.dumps([{one.name: _wire(one) for one in table.fields}]).decode()
    with as_query_errors(""):
        cursor.execute(
            f"INSERT INTO {table.name.physical} ({', '.join(names)}) SELECT {', '.join(values)} "
            f"FROM (SELECT unnest(from_json($rows, {_text(structure)})) AS _row)",
            parameters,
        )


def _wire(field: Field) -> Any:
    """The shape that from_json is to read: bytes come as base64 text."""
    if field.type == "RECORD":
        one: Any = {inner.name: _wire(inner) for inner in field.fields}
    else:
        one = "VARCHAR" if field.type in ("BYTES", "JSON") else Field(field.name, field.type).duckdb_type
    return [one] if field.repeated else one


def _from_wire(kind: str, value: str) -> str | None:
    if kind == "JSON":
        return f"CAST({value} AS JSON)"
    return f"from_base64({value})" if kind == "BYTES" else None


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
