"""Timestamps: whole intervals between two of them, truncation in a time zone, and numbers since the epoch."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from infra.local.bigquery.rewrites.dates import truncated
from infra.local.bigquery.rewrites.registry import Rewrite, function, macro, text

_MICROS_OF_SCALE = {0: 1_000_000, 3: 1_000, 6: 1}


def _timestamp(value: Any) -> Any:
    return exp.Cast(this=value, to=exp.DataType.build("TIMESTAMPTZ")) if isinstance(value, exp.Literal) else value


def _diff(node: exp.TimestampDiff) -> exp.Expr:
    """Whole units, not boundaries crossed: 00:00:01 to 01:00:00 is no HOUR."""
    unit = text(str(node.args["unit"].name).lower())
    return function("date_sub", unit, _timestamp(node.expression), _timestamp(node.this))


def _trunc(node: exp.TimestampTrunc) -> exp.Expr:
    zone, value = node.args.get("zone"), _timestamp(node.this)
    if zone is None:
        return truncated(value, node.args["unit"])
    local = function("timezone", zone.copy(), value)
    return macro("timestamp_in", truncated(local, node.args["unit"]), zone)


def _made(node: exp.Timestamp) -> exp.Expr:
    zone = node.args.get("zone")
    if zone is not None:
        return macro("timestamp_in", node.this, zone)
    return exp.Cast(this=node.this, to=exp.DataType.build("TIMESTAMPTZ"))


def _from_number(node: exp.UnixToTime) -> exp.Expr:
    scale = node.args.get("scale")
    factor = _MICROS_OF_SCALE[int(scale.name) if scale is not None else 0]
    whole = exp.Mul(this=exp.cast(node.this, "BIGINT"), expression=exp.Literal.number(factor))
    return exp.Cast(this=function("make_timestamp", whole), to=exp.DataType.build("TIMESTAMPTZ"))


def _series(node: exp.GenerateTimestampArray) -> exp.Expr:
    start, end, step = (node.args[key] for key in ("start", "end", "step"))
    return function("generate_series", _timestamp(start), _timestamp(end), step)


REWRITES: dict[type[exp.Expr], Rewrite] = {
    exp.TimestampDiff: _diff,
    exp.TimestampTrunc: _trunc,
    exp.Timestamp: _made,
    exp.UnixToTime: _from_number,
    exp.GenerateTimestampArray: _series,
}
