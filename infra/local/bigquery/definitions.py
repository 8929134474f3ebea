"""The parts of a CREATE statement as Google's resources say them: columns, partitioning, clustering, options."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from infra.local.bigquery.errors import InvalidQuery
from infra.local.bigquery.fields import Field
from infra.local.bigquery.partitioning import UNITS

_KINDS = {
    exp.DataType.Type.BIGINT: "INTEGER",
    exp.DataType.Type.INT: "INTEGER",
    exp.DataType.Type.TEXT: "STRING",
    exp.DataType.Type.VARCHAR: "STRING",
    exp.DataType.Type.BINARY: "BYTES",
    exp.DataType.Type.VARBINARY: "BYTES",
    exp.DataType.Type.DOUBLE: "FLOAT",
    exp.DataType.Type.DECIMAL: "NUMERIC",
    exp.DataType.Type.BIGDECIMAL: "BIGNUMERIC",
    exp.DataType.Type.BOOLEAN: "BOOLEAN",
    exp.DataType.Type.TIMESTAMPTZ: "TIMESTAMP",
    exp.DataType.Type.TIMESTAMP: "DATETIME",
    exp.DataType.Type.DATETIME: "DATETIME",
    exp.DataType.Type.DATE: "DATE",
    exp.DataType.Type.TIME: "TIME",
    exp.DataType.Type.JSON: "JSON",
    exp.DataType.Type.GEOGRAPHY: "GEOGRAPHY",
    exp.DataType.Type.INTERVAL: "INTERVAL",
}
_DAY_SECONDS = 86_400


def fields_of_columns(schema: exp.Schema) -> tuple[Field, ...]:
    """The fields of a column list; table constraints (keys, which BigQuery does not enforce) are passed over."""
    return tuple(_field(one) for one in schema.expressions if isinstance(one, exp.ColumnDef))


def partitioning_of(tree: exp.Expr, resource: dict[str, Any]) -> dict[str, Any]:
    """`resource` with what PARTITION BY, CLUSTER BY and the partitions' options of `tree` say."""
    found = dict(resource)
    seconds = found.pop("partition_expiration_seconds", None)
    for one in _properties(tree):
        if isinstance(one, exp.PartitionedByProperty):
            found["timePartitioning"] = _partitioning(one.this)
            if seconds is not None:
                found["timePartitioning"]["expirationMs"] = str(int(seconds * 1000))
        elif isinstance(one, exp.ClusterProperty):
            found["clustering"] = {"fields": [column.name for column in one.expressions]}
    return found


def options_of(tree: exp.Expr) -> dict[str, Any]:
    """OPTIONS(…) as properties of a resource; those that mean nothing here are passed over, as Google's are stored."""
    found: dict[str, Any] = {}
    for one in _properties(tree):
        if isinstance(one, exp.LocationProperty):
            found["location"] = one.this.name
        elif type(one) is exp.Property:
            name, value = one.name.lower(), one.args["value"]
            if name == "require_partition_filter":
                found["requirePartitionFilter"] = bool(value.this)
            elif name == "partition_expiration_days":
                found["partition_expiration_seconds"] = float(value.name) * _DAY_SECONDS
            elif name == "labels":
                found["labels"] = {pair.expressions[0].name: pair.expressions[1].name for pair in value.expressions}
            elif name in ("description", "friendly_name", "location"):
                found["friendlyName" if name == "friendly_name" else name] = value.name
    return found


def _properties(tree: exp.Expr) -> list[exp.Expr]:
    properties = tree.args.get("properties")
    return list(properties.expressions) if properties is not None else []


def _field(column: exp.Expr) -> Field:
    kind, constraints = column.args["kind"], column.args.get("constraints") or []
    if kind is None:
        raise InvalidQuery(f"Column {column.name} has no type")
    required = any(isinstance(one.args.get("kind"), exp.NotNullColumnConstraint) for one in constraints)
    extra = {}
    for one in constraints:
        if isinstance(one.args.get("kind"), exp.Properties):
            extra = {p.name: p.args["value"].name for p in one.args["kind"].expressions if p.name == "description"}
    return _typed(column.name, kind, "REQUIRED" if required else "NULLABLE", extra)


def _typed(name: str, kind: exp.DataType, mode: str, extra: dict[str, Any]) -> Field:
    if kind.this == exp.DataType.Type.ARRAY:
        inner = _typed(name, kind.expressions[0], mode, extra)
        return Field(name, inner.type, "REPEATED", inner.fields, extra)
    if kind.this == exp.DataType.Type.STRUCT:
        return Field(name, "RECORD", mode, tuple(_field(one) for one in kind.expressions), extra)
    if kind.this not in _KINDS:
        raise InvalidQuery(f"Type not found: {kind.sql('bigquery')}")
    return Field(name, _KINDS[kind.this], mode, (), extra)


def _partitioning(by: exp.Expr) -> dict[str, Any]:
    """timePartitioning of DATE(ts), ts, TIMESTAMP_TRUNC(ts, HOUR), DATE_TRUNC(day, MONTH), _PARTITIONDATE, …"""
    unit = "DAY"
    column: Any = by
    if isinstance(by, exp.DateTrunc | exp.TimestampTrunc | exp.DatetimeTrunc):
        unit, column = str(by.args["unit"].name).upper(), by.this
    elif isinstance(by, exp.Date | exp.TsOrDsToDate):
        column = by.this
    if unit not in UNITS or not isinstance(column, exp.Column | exp.Identifier):
        raise InvalidQuery(f"PARTITION BY expression is not supported here: {by.sql('bigquery')}")
    if column.name.upper() in ("_PARTITIONTIME", "_PARTITIONDATE"):
        return {"type": unit}
    return {"type": unit, "field": column.name}
