"""Dates: arithmetic and truncation that keep a DATE a DATE, weeks that begin on Sunday, EXTRACT's parts."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from infra.local.bigquery.rewrites.registry import Rewrite, function, macro, number, text

_AHEAD = {"MONDAY": 0, "SUNDAY": 1, "SATURDAY": 2, "FRIDAY": 3, "THURSDAY": 4, "WEDNESDAY": 5, "TUESDAY": 6}


def week_start(unit: Any) -> int | None:
    """How many days before Monday the weeks of `unit` begin; None if it is not WEEK."""
    if isinstance(unit, exp.WeekStart):
        return _AHEAD[str(unit.this.name).upper()]
    return 1 if unit is not None and str(unit.name).upper() == "WEEK" else None


def _shift(node: Any) -> exp.Expr:
    back = isinstance(node, exp.DateSub | exp.TimestampSub | exp.DatetimeSub)
    interval = exp.Interval(this=node.expression, unit=node.args.get("unit"))
    kind = "DATE" if isinstance(node, exp.DateAdd | exp.DateSub) else "TIMESTAMPTZ"
    kind = "DATETIME" if isinstance(node, exp.DatetimeAdd | exp.DatetimeSub) else kind
    return macro("shift_back" if back else "shift", typed(node.this, kind), interval)


def typed(value: Any, kind: str) -> Any:
    """`value`, with the type `kind` if it is a bare literal, as the function that takes it would read it."""
    is_text = isinstance(value, exp.Literal) and value.is_string
    return (
        exp.Cast(this=value, to=exp.DataType.build(kind, dialect="bigquery" if kind == "DATETIME" else None))
        if is_text
        else value
    )


def truncated(value: Any, unit: Any) -> exp.Expr:
    ahead = week_start(unit)
    if ahead is not None:
        return macro("trunc_week", value, number(ahead))
    name = str(unit.name).upper()
    return macro("trunc", value, text({"ISOWEEK": "week"}.get(name, name.lower())))


def _trunc(node: Any) -> exp.Expr:
    return truncated(typed(node.this, "DATE" if isinstance(node, exp.DateTrunc) else "DATETIME"), node.args["unit"])


def _diff(node: exp.DateDiff) -> exp.Expr:
    for key in ("this", "expression"):
        one = node.args[key]
        if isinstance(one, exp.Literal):
            node.set(key, exp.Cast(this=one, to=exp.DataType.build("DATE")))
    return node


def _from_days(node: exp.DateFromUnixDate) -> exp.Expr:
    return exp.Cast(this=function("make_date", exp.cast(node.this, "INT")), to=exp.DataType.build("DATE"))


def _extract(node: exp.Extract) -> exp.Expr:
    part, value = node.this, node.expression
    ahead = week_start(part)
    if ahead is not None:
        return macro("week_of_year", value, number(ahead))
    name = str(part.name).upper()
    if name == "DAYOFWEEK":
        return exp.paren(exp.Add(this=function("dayofweek", value), expression=number(1)))
    if name == "DATE":
        return exp.Cast(this=value, to=exp.DataType.build("DATE"))
    if name == "TIME":
        return exp.Cast(this=exp.Cast(this=value, to=exp.DataType.build("DATETIME")), to=exp.DataType.build("TIME"))
    if name in ("MILLISECOND", "MICROSECOND"):
        whole = function("date_part", text(name.lower()), value)
        return exp.paren(exp.Mod(this=whole, expression=number(1000 if name == "MILLISECOND" else 1_000_000)))
    return function("date_part", text("week" if name == "ISOWEEK" else name.lower()), value)


REWRITES: dict[type[exp.Expr], Rewrite] = {
    exp.DateAdd: _shift,
    exp.DateSub: _shift,
    exp.TimestampAdd: _shift,
    exp.TimestampSub: _shift,
    exp.DatetimeAdd: _shift,
    exp.DatetimeSub: _shift,
    exp.DateTrunc: _trunc,
    exp.DatetimeTrunc: _trunc,
    exp.DateDiff: _diff,
    exp.DateFromUnixDate: _from_days,
    exp.Extract: _extract,
}
