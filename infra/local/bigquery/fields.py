"""A column: its name, type and mode, as Google's TableFieldSchema and as a DuckDB type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from infra.local.bigquery.errors import ApiError
from infra.local.bigquery.names import quoted

# GoogleSQL's names → the names that the REST API answers with.
CANONICAL = {
    "INT64": "INTEGER",
    "INT": "INTEGER",
    "BIGINT": "INTEGER",
    "SMALLINT": "INTEGER",
    "FLOAT64": "FLOAT",
    "BOOL": "BOOLEAN",
    "STRUCT": "RECORD",
    "DECIMAL": "NUMERIC",
    "BIGDECIMAL": "BIGNUMERIC",
}
# BIGNUMERIC has 76 digits in BigQuery and 38 here: 20 before the point and 18 behind it.
DUCKDB_TYPES = {
    "STRING": "VARCHAR",
    "BYTES": "BLOB",
    "INTEGER": "BIGINT",
    "FLOAT": "DOUBLE",
    "NUMERIC": "DECIMAL(38,9)",
    "BIGNUMERIC": "DECIMAL(38,18)",
    "BOOLEAN": "BOOLEAN",
    "TIMESTAMP": "TIMESTAMPTZ",
    "DATE": "DATE",
    "TIME": "TIME",
    "DATETIME": "TIMESTAMP",
    "JSON": "JSON",
    "GEOGRAPHY": "VARCHAR",
    "INTERVAL": "INTERVAL",
}
MODES = ("NULLABLE", "REQUIRED", "REPEATED")


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: str
    mode: str = "NULLABLE"
    fields: tuple[Field, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, resource: dict[str, Any]) -> Field:
        name, given = str(resource.get("name") or ""), str(resource.get("type") or "").upper()
        kind = CANONICAL.get(given, given)
        mode = str(resource.get("mode") or "NULLABLE").upper()
        if not name:
            raise ApiError("Field name is missing in the schema.")
        if kind != "RECORD" and kind not in DUCKDB_TYPES:
            raise ApiError(f"Invalid value for type: {given} is not a valid value", f"schema.fields.{name}")
        if mode not in MODES:
            raise ApiError(f"Invalid value for mode: {mode} is not a valid value", f"schema.fields.{name}")
        inner = fields_of(resource.get("fields") or [])
        if kind == "RECORD" and not inner:
            raise ApiError(f"Field {name} is type RECORD but has no schema")
        known = {"name", "type", "mode", "fields"}
        return cls(name, kind, mode, inner, {k: v for k, v in resource.items() if k not in known})

    @property
    def repeated(self) -> bool:
        return self.mode == "REPEATED"

    @property
    def element_type(self) -> str:
        """The DuckDB type of one value, whatever the mode."""
        if self.type == "RECORD":
            return "STRUCT(" + ", ".join(f"{quoted(f.name)} {f.duckdb_type}" for f in self.fields) + ")"
        return DUCKDB_TYPES[self.type]

    @property
    def duckdb_type(self) -> str:
        return self.element_type + ("[]" if self.repeated else "")

    def resource(self) -> dict[str, Any]:
        found: dict[str, Any] = {"name": self.name, "type": self.type, "mode": self.mode, **self.extra}
        if self.type == "RECORD":
            found["fields"] = [inner.resource() for inner in self.fields]
        return found


def fields_of(resources: Sequence[dict[str, Any]]) -> tuple[Field, ...]:
    """The fields of a schema; names must differ, and differ by more than their case."""
    fields = tuple(Field.of(resource) for resource in resources)
    seen: set[str] = set()
    for one in fields:
        if one.name.lower() in seen:
            raise ApiError(f"Field {one.name} already exists in schema")
        seen.add(one.name.lower())
    return fields


def check_evolution(old: Sequence[Field], new: Sequence[Field], table: str) -> None:
    """Google's rule for a schema update: fields may be added (not REQUIRED) and REQUIRED relaxed, nothing else."""
    after = {one.name.lower(): one for one in new}
    for before in old:
        now = after.pop(before.name.lower(), None)
        if now is None:
            raise ApiError(
                f"Provided Schema does not match Table {table}. Field {before.name} is missing in new schema"
            )
        if now.type != before.type:
            raise ApiError(
                f"Provided Schema does not match Table {table}. "
                f"Field {before.name} has changed type from {before.type} to {now.type}"
            )
        if now.mode != before.mode and (before.mode, now.mode) != ("REQUIRED", "NULLABLE"):
            raise ApiError(
                f"Provided Schema does not match Table {table}. "
                f"Field {before.name} has changed mode from {before.mode} to {now.mode}"
            )
        check_evolution(before.fields, now.fields, table)
    for added in after.values():
        if added.mode == "REQUIRED":
            raise ApiError(
                f"Provided Schema does not match Table {table}. Cannot add required fields to an existing schema. "
                f"(field: {added.name})"
            )
