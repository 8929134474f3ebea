"""The schema of a DuckDB result as BigQuery's fields."""

from __future__ import annotations

from typing import Any

from infra.local.bigquery.fields import Field

_KINDS = {
    "varchar": "STRING",
    "enum": "STRING",
    "uuid": "STRING",
    "blob": "BYTES",
    "boolean": "BOOLEAN",
    "double": "FLOAT",
    "float": "FLOAT",
    "date": "DATE",
    "time": "TIME",
    "timestamp": "DATETIME",
    "timestamp with time zone": "TIMESTAMP",
    "interval": "INTERVAL",
    "sqlnull": "INTEGER",
    '"null"': "INTEGER",
    "null": "INTEGER",
}
_NUMERIC_PLACES = 9
_NUMERIC_WHOLE = 29


def fields_of_result(description: list[Any]) -> tuple[Field, ...]:
    return tuple(field_of(str(column[0]), column[1]) for column in description)


def field_of(name: str, given: Any) -> Field:
    """`given` is a DuckDBPyType. A nested array, which BigQuery does not have either, is read as STRING."""
    kind = str(given.id)
    if kind in ("list", "array"):
        inner = field_of(name, dict(given.children)["child"])
        return Field(name, inner.type, "REPEATED", inner.fields)
    if kind == "struct":
        fields = [field_of(_field_name(str(key)), child) for key, child in given.children]
        return Field(name, "RECORD", "NULLABLE", tuple(fields))
    if kind == "decimal":
        size = dict(given.children)
        exact = size["scale"] <= _NUMERIC_PLACES and size["precision"] - size["scale"] <= _NUMERIC_WHOLE
        return Field(name, "NUMERIC" if exact else "BIGNUMERIC")
    if str(given) == "JSON":
        return Field(name, "JSON")
    return Field(name, _KINDS.get(kind, "INTEGER"))


def _field_name(name: str) -> str:
    """sqlglot calls the fields of an anonymous STRUCT _0, _1, …; BigQuery _field_1, _field_2, …"""
    return f"_field_{int(name[1:]) + 1}" if name[:1] == "_" and name[1:].isdigit() else name
