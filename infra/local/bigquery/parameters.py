"""Query parameters: declared types and values as the client sends them, bound as DuckDB's prepared parameters."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from infra.local.bigquery.errors import ApiError, InvalidQuery
from infra.local.bigquery.fields import CANONICAL, DUCKDB_TYPES, Field
from infra.local.bigquery.values import BadValue, scalar

# What a parameter without a name is called, with its number.
POSITIONAL = "_positional_"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: what the SQL calls it (lower case), its type, and the value that DuckDB casts to it."""

    name: str
    field: Field
    value: Any


def parameters_of(given: list[dict[str, Any]] | None) -> tuple[Parameter, ...]:
    """The parameters of a query request, named or positional."""
    found = []
    for index, one in enumerate(given or []):
        name = str(one.get("name") or f"{POSITIONAL}{index}").lower()
        field = _field(name, one.get("parameterType") or {})
        try:
            value = _value(field, one.get("parameterValue") or {})
        except BadValue as error:
            raise InvalidQuery(f"Invalid value for query parameter '{name}': {error}") from None
        found.append(Parameter(name, field, value))
    return tuple(found)


def _field(name: str, declared: dict[str, Any]) -> Field:
    given = str(declared.get("type") or "").upper()
    kind = CANONICAL.get(given, given)
    if kind == "ARRAY":
        inner = _field(name, declared.get("arrayType") or {})
        return Field(name, inner.type, "REPEATED", inner.fields)
    if kind == "RECORD":
        fields = [
            _field(str(one.get("name") or ""), one.get("type") or {}) for one in declared.get("structTypes") or []
        ]
        return Field(name, kind, "NULLABLE", tuple(fields))
    if kind not in DUCKDB_TYPES:
        raise ApiError(f"Invalid value for type of query parameter '{name}': {given}", "query_parameters")
    return Field(name, kind)


def _value(field: Field, given: dict[str, Any]) -> Any:
    if field.repeated:
        element = Field(field.name, field.type, "NULLABLE", field.fields)
        return [_value(element, one) for one in given.get("arrayValues") or []]
    if field.type == "RECORD":
        values = {name.lower(): value for name, value in (given.get("structValues") or {}).items()}
        return {one.name: _value(one, values.get(one.name.lower()) or {}) for one in field.fields}
    value = given.get("value")
    if value is None:
        return None
    read = scalar(field.type, value)
    return base64.b64decode(read) if field.type == "BYTES" else read
