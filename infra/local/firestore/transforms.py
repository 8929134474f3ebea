"""Field transforms: server time, increment, maximum, minimum, array union and removal.

Semantics: google.firestore.v1.DocumentTransform.FieldTransform.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from infra.local.firestore.errors import InvalidArgument
from infra.local.firestore.field_paths import parse_field_path, read_field, set_field
from infra.local.firestore.value_order import encode
from infra.local.firestore.wire import ArrayValue, Value, timestamp

_LARGEST = 2**63 - 1
_SMALLEST = -(2**63)
_NUMBERS = ("integer_value", "double_value")


def apply_transform(fields: Any, transform: Any, moment: int) -> Value:
    """Apply one `FieldTransform` to a document's fields at `moment` (microseconds); its transform result."""
    path = parse_field_path(transform.field_path)
    kind = transform.WhichOneof("transform_type")
    if kind is None:
        raise InvalidArgument(f'The transform of "{transform.field_path}" says nothing to do.')
    current = read_field(fields, path)
    value = _TRANSFORMS[kind](current, getattr(transform, kind), moment)
    set_field(fields, path, value)
    return Value(null_value=0) if kind in _WITHOUT_RESULT else value


def _server_value(_: Value | None, server_value: int, moment: int) -> Value:
    if server_value != 1:
        raise InvalidArgument("The only server value is REQUEST_TIME.")
    # Documented, and sent by Google, with millisecond precision.
    return Value(timestamp_value=timestamp(moment - moment % 1000))


def _number(value: Value | None) -> int | float | None:
    kind = value.WhichOneof("value_type") if value is not None else None
    return getattr(value, kind) if kind in _NUMBERS else None


def _operand(value: Value) -> int | float:
    number = _number(value)
    if number is None:
        raise InvalidArgument("Input must be int64 or double.")
    return number


def _increment(current: Value | None, operand: Value, _: int) -> Value:
    right = _operand(operand)
    left = _number(current)
    if left is None:
        return operand
    if isinstance(left, float) or isinstance(right, float):
        return Value(double_value=float(left) + float(right))
    return Value(integer_value=max(_SMALLEST, min(_LARGEST, left + right)))


def _extreme(prefers: Callable[[float, float], bool]) -> Callable[[Value | None, Value, int], Value]:
    def choose(current: Value | None, operand: Value, _: int) -> Value:
        right = _operand(operand)
        left = _number(current)
        if left is None or current is None or math.isnan(right):
            return operand
        return operand if not math.isnan(left) and prefers(right, left) else current

    return choose


def _union(current: Value | None, elements: ArrayValue, _: int) -> Value:
    result = _array(current)
    present = {encode(element) for element in result.array_value.values}
    for element in elements.values:
        key = encode(element)
        if key not in present:
            present.add(key)
            result.array_value.values.add().CopyFrom(element)
    return result


def _without(current: Value | None, elements: ArrayValue, _: int) -> Value:
    unwanted = {encode(element) for element in elements.values}
    kept = [element for element in _array(current).array_value.values if encode(element) not in unwanted]
    return Value(array_value=ArrayValue(values=kept))


def _array(value: Value | None) -> Value:
    """A copy of `value`, or the empty array where it is none."""
    result = Value()
    if value is not None and value.WhichOneof("value_type") == "array_value":
        result.CopyFrom(value)
    else:
        result.array_value.SetInParent()
    return result


_TRANSFORMS: dict[str, Callable[[Value | None, Any, int], Value]] = {
    "set_to_server_value": _server_value,
    "increment": _increment,
    "maximum": _extreme(lambda new, old: new > old),
    "minimum": _extreme(lambda new, old: new < old),
    "append_missing_elements": _union,
    "remove_all_from_array": _without,
}
_WITHOUT_RESULT = ("append_missing_elements", "remove_all_from_array")
