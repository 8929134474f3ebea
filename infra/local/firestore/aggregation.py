"""Count, sum and average over a query's results.

Semantics: google.firestore.v1.StructuredAggregationQuery.Aggregation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from infra.local.firestore.errors import InvalidArgument
from infra.local.firestore.field_paths import FieldPath, parse_field_path, read_field
from infra.local.firestore.rows import Row
from infra.local.firestore.wire import Value

_MOST = 5
_LARGEST = 2**63 - 1
_SMALLEST = -(2**63)


class Accumulator(Protocol):
    """One aggregation on its way."""

    def add(self, row: Row) -> None:
        """Take one result in."""

    def value(self) -> Value:
        """The aggregate of what was taken in."""


class Count:
    """How many results there are, up to a bound (None for none)."""

    def __init__(self, up_to: int | None) -> None:
        self._up_to = up_to
        self._count = 0

    def add(self, _: Row) -> None:
        if self._up_to is None or self._count < self._up_to:
            self._count += 1

    def value(self) -> Value:
        return Value(integer_value=self._count)


class Sum:
    """The sum of a field's numbers: an integer while all are and the sum fits one."""

    def __init__(self, path: FieldPath) -> None:
        self._path = path
        self._integers = 0
        self._doubles = 0.0
        self._any_double = False
        self.count = 0

    def add(self, row: Row) -> None:
        value = read_field(row.document.fields, self._path)
        kind = None if value is None else value.WhichOneof("value_type")
        if value is None or kind not in ("integer_value", "double_value"):
            return
        self.count += 1
        if kind == "integer_value":
            self._integers += value.integer_value
        else:
            self._doubles += value.double_value
            self._any_double = True

    def total(self) -> float:
        return self._integers + self._doubles

    def value(self) -> Value:
        if self._any_double or not _SMALLEST <= self._integers <= _LARGEST:
            return Value(double_value=self.total())
        return Value(integer_value=self._integers)


class Average:
    """The mean of a field's numbers; null without any."""

    def __init__(self, path: FieldPath) -> None:
        self._sum = Sum(path)

    def add(self, row: Row) -> None:
        self._sum.add(row)

    def value(self) -> Value:
        if not self._sum.count:
            return Value(null_value=0)
        return Value(double_value=self._sum.total() / self._sum.count)


def aggregate(rows: Iterable[Row], aggregations: Sequence[Any]) -> dict[str, Value]:
    """The aggregates of `rows` by alias."""
    accumulators = _accumulators(aggregations)
    for row in rows:
        for accumulator in accumulators.values():
            accumulator.add(row)
    return {alias: accumulator.value() for alias, accumulator in accumulators.items()}


def _accumulators(aggregations: Sequence[Any]) -> dict[str, Accumulator]:
    if not aggregations:
        raise InvalidArgument("Aggregations can not be empty.")
    if len(aggregations) > _MOST:
        raise InvalidArgument(f"The maximum number of aggregations allowed in an aggregation query is {_MOST}.")
    made: dict[str, Accumulator] = {}
    unnamed = 0
    for aggregation in aggregations:
        alias = aggregation.alias
        if not alias:
            unnamed += 1
            alias = f"field_{unnamed}"
        if alias in made:
            raise InvalidArgument(f"Aggregation aliases contain duplicate alias: {alias}.")
        made[alias] = _accumulator(aggregation)
    return made


def _accumulator(aggregation: Any) -> Accumulator:
    operator = aggregation.WhichOneof("operator")
    if operator == "count":
        count = aggregation.count
        return Count(count.up_to.value if count.HasField("up_to") else None)
    if operator == "sum":
        return Sum(parse_field_path(aggregation.sum.field.field_path))
    if operator == "avg":
        return Average(parse_field_path(aggregation.avg.field.field_path))
    raise InvalidArgument("An aggregation needs an operator.")
