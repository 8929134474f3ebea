"""Truth, equality and numbers as JSON Logic has them from JavaScript."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any, Final


def truthy(value: Any) -> bool:
    """What counts as true: all but false, null, 0, "" and []. An empty object does."""
    if isinstance(value, dict):
        return True
    if isinstance(value, float) and math.isnan(value):
        return False
    return bool(value)


def as_number(value: Any) -> float:
    """The number that a value is to JavaScript's operators; NaN where it is none."""
    if value is None:
        return 0.0
    if isinstance(value, bool | int | float):
        return _float(value)
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return 0.0
        try:
            return float(text) if text[-1].isdigit() or text[-1] == "." else math.nan
        except ValueError:
            return math.nan
    return math.nan


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def loosely_equal(one: Any, other: Any) -> bool:
    """`==`: numbers and texts that are numbers are alike; null is like nothing but null."""
    if one is None or other is None:
        return one is other
    if isinstance(one, str) and isinstance(other, str):
        return one == other
    if isinstance(one, list | dict) or isinstance(other, list | dict):
        return strictly_equal(one, other)
    return as_number(one) == as_number(other)


def strictly_equal(one: Any, other: Any) -> bool:
    """`===`: of one type, and alike. true is not 1; 1 is 1.0."""
    if isinstance(one, bool) != isinstance(other, bool):
        return False
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other
    return type(one) is type(other) and bool(one == other)


def _ordered(values: list[Any], holds: Callable[[Any, Any], bool]) -> bool:
    """Whether each value stands so to the next: two of them, or three for between."""
    if len(values) < 2:
        return False
    if all(isinstance(each, str) for each in values):
        return all(holds(one, other) for one, other in pairwise(values[:3]))
    return all(holds(as_number(one), as_number(other)) for one, other in pairwise(values[:3]))


def _told(value: float) -> int | float | None:
    """A number as JSON has it: whole where it is, null where it is none."""
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _product(values: list[Any]) -> float:
    return float(math.prod(as_number(each) for each in values))


def _difference(values: list[Any]) -> float:
    numbers = [as_number(each) for each in values[:2]]
    return numbers[0] - numbers[1] if len(numbers) > 1 else -numbers[0] if numbers else math.nan


def _quotient(values: list[Any]) -> float:
    one, other = (as_number(each) for each in ([*values, None, None])[:2])
    return one / other if other else math.nan


def _rest(values: list[Any]) -> float:
    one, other = (as_number(each) for each in ([*values, None, None])[:2])
    return math.fmod(one, other) if other and math.isfinite(one) else math.nan


ARITHMETIC: Final[dict[str, Callable[[list[Any]], Any]]] = {
    "<": lambda values: _ordered(values, lambda one, other: one < other),
    "<=": lambda values: _ordered(values, lambda one, other: one <= other),
    ">": lambda values: _ordered(values[:2], lambda one, other: one > other),
    ">=": lambda values: _ordered(values[:2], lambda one, other: one >= other),
    "+": lambda values: _told(float(sum(as_number(each) for each in values))),
    "-": lambda values: _told(_difference(values)),
    "*": lambda values: _told(_product(values)),
    "/": lambda values: _told(_quotient(values)),
    "%": lambda values: _told(_rest(values)),
    "min": lambda values: _told(min((as_number(each) for each in values), default=math.nan)),
    "max": lambda values: _told(max((as_number(each) for each in values), default=math.nan)),
}
