"""Rows as they come in by streaming or loading: checked against the schema, with Google's words for what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infra.local.bigquery.fields import Field
from infra.local.bigquery.values import BadValue, scalar


class BadRow(ValueError):
    """Why a row cannot be taken; `location` is the path of the field."""

    def __init__(self, message: str, location: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.location = location

    def proto(self) -> dict[str, str]:
        return {"reason": "invalid", "location": self.location, "debugInfo": "", "message": self.message}


def checked(fields: Sequence[Field], row: Any, ignore_unknown: bool, path: str = "") -> dict[str, Any]:
    """`row` as JSON that DuckDB reads into the table's struct: names as in the schema, values by `values.scalar`."""
    if not isinstance(row, dict):
        raise BadRow(f"This field: {path.rstrip('.')} is not a record.", path.rstrip("."))
    given = {str(name).lower(): value for name, value in row.items()}
    found = {one.name: _value(one, given.get(one.name.lower()), ignore_unknown, path) for one in fields}
    if not ignore_unknown:
        known = {one.name.lower() for one in fields}
        for name in row:
            if str(name).lower() not in known:
                raise BadRow(f"no such field: {path}{name}.", f"{path}{name}")
    return found


def _value(field: Field, value: Any, ignore_unknown: bool, path: str) -> Any:
    location = path + field.name
    if field.repeated:
        return _array(field, value, ignore_unknown, location)
    if value is None:
        if field.mode == "REQUIRED":
            raise BadRow(f"Missing required field: {location}.")
        return None
    if isinstance(value, list):
        raise BadRow(f"Array specified for non-repeated field: {location}.", location)
    return _one(field, value, ignore_unknown, location)


def _array(field: Field, value: Any, ignore_unknown: bool, location: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadRow(f"Repeated field must be imported as a JSON array. Field: {location}.", location)
    if None in value:
        raise BadRow(f"Only optional fields can be set to NULL. Field: {location}; Value: NULL", location)
    return [_one(field, item, ignore_unknown, location) for item in value]


def _one(field: Field, value: Any, ignore_unknown: bool, location: str) -> Any:
    if field.type == "RECORD":
        return checked(field.fields, value, ignore_unknown, location + ".")
    try:
        return scalar(field.type, value)
    except BadValue as error:
        raise BadRow(str(error), location) from None
