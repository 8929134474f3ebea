"""FORMAT, FORMAT_TIMESTAMP and PARSE_TIMESTAMP: BigQuery's format elements in DuckDB's letters."""

from __future__ import annotations

import re
from typing import Any

from sqlglot import exp

from infra.local.bigquery.errors import InvalidQuery
from infra.local.bigquery.rewrites.registry import Rewrite, function, macro, text

# Elements that sqlglot hands through as they stand; %g is DuckDB's milliseconds and %f its microseconds.
_ELEMENTS = {
    "%E4Y": "%Y",
    "%E*S": "%S.%f",
    "%E6S": "%S.%f",
    "%E3S": "%S.%g",
    "%Ez": "%z",
    "%e": "%-d",
    "%n": "\n",
    "%t": "\t",
}
_ELEMENT = re.compile("|".join(re.escape(one) for one in _ELEMENTS))
_SPECIFIER = re.compile(r"%([-+ #0']*)(\d+)?(\.\d+)?([a-zA-Z%])")


def _elements(node: Any) -> None:
    pattern = node.args.get("format")
    if isinstance(pattern, exp.Literal):
        node.set("format", text(_ELEMENT.sub(lambda found: _ELEMENTS[found[0]], str(pattern.this))))


def _format_time(node: exp.TimeToStr) -> exp.Expr:
    _elements(node)
    zone, value = node.args.get("zone"), node.this
    if zone is not None and isinstance(value, exp.TsOrDsToTimestamp):
        moment = exp.Cast(this=value.this, to=exp.DataType.build("TIMESTAMPTZ"))
        return exp.TimeToStr(this=function("timezone", zone.copy(), moment.copy()), format=node.args["format"].copy())
    return node


def _parse_timestamp(node: exp.StrToTime) -> exp.Expr:
    _elements(node)
    zone = node.args.get("zone")
    bare = node.copy()
    bare.set("zone", None)
    if zone is not None:
        return function("timezone", zone.copy(), bare)
    return exp.Cast(this=bare, to=exp.DataType.build("TIMESTAMPTZ"))


def _parse(node: Any) -> exp.Expr:
    _elements(node)
    return node  # type: ignore[no-any-return]


def _format(node: exp.Format) -> exp.Expr:
    """printf with a literal format; %t and %T are a value's text, %s a string."""
    pattern, values = node.this, list(node.expressions)
    if not isinstance(pattern, exp.Literal):
        raise InvalidQuery("FORMAT takes a literal format string here")
    given = iter(values)
    arguments: list[exp.Expr] = []

    def one(found: re.Match[str]) -> str:
        kind = found[4]
        if kind == "%":
            return "%%"
        value = next(given, None)
        if value is None:
            raise InvalidQuery(f"Too few arguments to FORMAT for pattern '{pattern.this}'")
        as_text = kind in "stTp"
        arguments.append(macro("to_text", value) if as_text else _number(kind, value))
        return f"%{found[1]}{found[2] or ''}{found[3] or ''}{'s' if as_text else kind.replace('i', 'd')}"

    written = _SPECIFIER.sub(one, str(pattern.this))
    return function("printf", text(written), *arguments)


def _number(kind: str, value: exp.Expr) -> exp.Expr:
    return exp.cast(value, "BIGINT" if kind in "diuoxX" else "DOUBLE")


REWRITES: dict[type[exp.Expr], Rewrite] = {
    exp.TimeToStr: _format_time,
    exp.StrToTime: _parse_timestamp,
    exp.StrToDate: _parse,
    exp.ParseDatetime: _parse,
    exp.Format: _format,
}
