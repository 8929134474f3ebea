"""autodetect: a schema from the rows of a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from infra.local.bigquery.fields import Field
from infra.local.bigquery.values import BadValue, scalar

_CANDIDATES = ("INTEGER", "FLOAT", "BOOLEAN", "DATE", "TIMESTAMP")


def detected(rows: list[dict[str, Any]]) -> tuple[Field, ...]:
    """The narrowest types that take every value; STRING where nothing narrower does."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return tuple(_field(name, [row[name] for row in rows if row.get(name) is not None]) for name in names)


def _field(name: str, values: list[Any]) -> Field:
    if any(isinstance(value, list) for value in values):
        inner = _field(name, [item for value in values for item in (value if isinstance(value, list) else [value])])
        return Field(name, inner.type, "REPEATED", inner.fields)
    if values and all(isinstance(value, dict) for value in values):
        return Field(name, "RECORD", "NULLABLE", detected(values))
    if values and all(isinstance(value, bool) for value in values):
        return Field(name, "BOOLEAN")
    for kind in _CANDIDATES:
        if values and all(_takes(kind, value) for value in values):
            return Field(name, kind)
    return Field(name, "STRING")


def _takes(kind: str, value: Any) -> bool:
    if kind == "BOOLEAN" and str(value).lower() not in ("true", "false"):
        return False
    if kind in ("DATE", "TIMESTAMP") and not isinstance(value, str):
        return False
    read: Callable[[str, Any], Any] = scalar
    try:
        read(kind, value)
    except BadValue:
        return False
    return True
