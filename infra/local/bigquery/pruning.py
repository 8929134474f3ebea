"""Partition elimination: which partitions a condition keeps that compares the partitioning column with constants.

Source: https://cloud.google.com/bigquery/docs/querying-partitioned-tables
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlglot import exp

from infra.local.bigquery.partitioning import EPOCH, Partitioning, micros

# From the first and last value (microseconds) that a partition can hold to whether it may satisfy the condition.
Test = Callable[[int, int], bool]
Constants = Sequence[Any]
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}
_OPERATORS: dict[type[exp.Expr], str] = {exp.EQ: "=", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">="}
_TRUNCATIONS = (exp.DateTrunc, exp.TimestampTrunc, exp.DatetimeTrunc)
_SUBQUERIES = (exp.Column, exp.Subquery, exp.Select, exp.AggFunc, exp.Window)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that can eliminate partitions.

    `operator` is a comparison of the column, cut to `unit`, with constant number `constant`, or "in" (a constant
    array); or "and", "or" of `parts`; or "null", "not null".
    """

    operator: str
    unit: str | None = None
    constant: int = -1
    parts: tuple[Condition, ...] = ()

    def keeps(self, partitioning: Partitioning, key: int | None, constants: Constants) -> bool:
        """Whether partition `key` may hold a row for which the condition is true."""
        if self.operator == "and":
            return all(part.keeps(partitioning, key, constants) for part in self.parts)
        if self.operator == "or":
            return any(part.keeps(partitioning, key, constants) for part in self.parts)
        if self.operator in ("null", "not null"):
            return (key is None) == (self.operator == "null")
        value = constants[self.constant]
        if key is None or value is None:
            return False
        unit = "day" if partitioning.type == "DATE" and self.unit is None else self.unit
        first, last = truncated(key, unit), truncated(partitioning.end(key) - 1, unit)
        if self.operator == "in":
            return any(one is not None and first <= one <= last for one in value)
        return _TESTS[self.operator](first, last, value)


_TESTS: dict[str, Callable[[int, int, int], bool]] = {
    "=": lambda first, last, value: first <= value <= last,
    "<": lambda first, _, value: first < value,
    "<=": lambda first, _, value: first <= value,
    ">": lambda _, last, value: last > value,
    ">=": lambda _, last, value: last >= value,
}


class Compiler:
    """Compiles conditions over one partitioning column; collects their constants, each with whether it is an array."""

    def __init__(self, column: str, alias: str) -> None:
        self._column = column.lower()
        self._alias = alias.lower()
        self.constants: list[tuple[exp.Expr, bool]] = []

    def compile(self, node: Any) -> Condition | None:
        """The part of `node` that can eliminate partitions; None if there is none."""
        if isinstance(node, exp.Paren):
            return self.compile(node.this)
        if isinstance(node, exp.And):
            parts = [one for one in map(self.compile, node.flatten()) if one is not None]
            return Condition("and", parts=tuple(parts)) if parts else None
        if isinstance(node, exp.Or):
            options = [self.compile(one) for one in node.flatten()]
            kept = tuple(one for one in options if one is not None)
            return Condition("or", parts=kept) if len(kept) == len(options) else None
        if isinstance(node, exp.Not) and isinstance(node.this, exp.Is):
            return Condition("not null") if self._is_null(node.this) else None
        if isinstance(node, exp.Is):
            return Condition("null") if self._is_null(node) else None
        return self._comparison(node)

    def _is_null(self, node: exp.Is) -> bool:
        return isinstance(node.expression, exp.Null) and self._cut(node.this) == (True, None)

    def _comparison(self, node: Any) -> Condition | None:
        if isinstance(node, exp.Between):
            low = self._compare(node.this, ">=", node.args["low"])
            high = self._compare(node.this, "<=", node.args["high"])
            parts = tuple(one for one in (low, high) if one is not None)
            return Condition("and", parts=parts) if parts else None
        if isinstance(node, exp.In):
            return self._membership(node)
        operator = _OPERATORS.get(type(node))
        if operator is None:
            return None
        return self._compare(node.this, operator, node.expression) or self._compare(
            node.expression, _MIRRORED[operator], node.this
        )

    def _membership(self, node: exp.In) -> Condition | None:
        found, unit = self._cut(node.this)
        array = node.args.get("unnest")
        if array is not None and found:
            inner = array.expressions[0] if isinstance(array, exp.Unnest) else array
            return Condition("in", unit, self._constant(inner, True)) if _is_constant(inner) else None
        if node.args.get("query") or not node.expressions:
            return None
        options = [self._compare(node.this, "=", one) for one in node.expressions]
        kept = tuple(one for one in options if one is not None)
        return Condition("or", parts=kept) if len(kept) == len(options) else None

    def _compare(self, left: Any, operator: str, right: Any) -> Condition | None:
        found, unit = self._cut(left)
        if not found or not _is_constant(right):
            return None
        return Condition(operator, unit, self._constant(right))

    def _constant(self, node: exp.Expr, is_array: bool = False) -> int:
        self.constants.append((node, is_array))
        return len(self.constants) - 1

    def _cut(self, node: Any) -> tuple[bool, str | None]:
        """Whether `node` is the partitioning column, and the unit that it is cut to on the way."""
        if isinstance(node, exp.Paren):
            return self._cut(node.this)
        if isinstance(node, exp.Column):
            return node.name.lower() == self._column and node.table.lower() in ("", self._alias), None
        if isinstance(node, exp.Date | exp.TsOrDsToDate) and not node.args.get("zone") and not node.expressions:
            return self._cut(node.this)[0], "day"
        if isinstance(node, exp.Cast):
            kind = node.to.this
            if kind == exp.DataType.Type.DATE:
                return self._cut(node.this)[0], "day"
            instants = (exp.DataType.Type.TIMESTAMPTZ, exp.DataType.Type.TIMESTAMP, exp.DataType.Type.DATETIME)
            return self._cut(node.this) if kind in instants else (False, None)
        if isinstance(node, exp.Timestamp) and not node.args.get("zone"):
            return self._cut(node.this)
        if isinstance(node, exp.Extract) and str(node.this.name).upper() == "DATE":
            return self._cut(node.expression)[0], "day"
        if isinstance(node, _TRUNCATIONS) and not node.args.get("zone"):
            unit = str(node.args["unit"].name).lower()
            return self._cut(node.this)[0] and unit in ("hour", "day", "month", "year"), unit
        return False, None


def truncated(moment: int, unit: str | None) -> int:
    """`moment` (microseconds) cut to the hour, day, month or year."""
    if unit is None:
        return moment
    whole = EPOCH + timedelta(microseconds=moment)
    cut = whole.replace(minute=0, second=0, microsecond=0)
    if unit != "hour":
        cut = cut.replace(hour=0)
    if unit in ("month", "year"):
        cut = cut.replace(day=1)
    return micros(cut.replace(month=1) if unit == "year" else cut)


def _is_constant(node: Any) -> bool:
    return isinstance(node, exp.Expr) and not any(True for _ in node.find_all(*_SUBQUERIES))
