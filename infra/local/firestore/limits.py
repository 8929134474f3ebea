"""What a document may hold, and how large it may be.

Sizes are counted as Google counts them: https://firebase.google.com/docs/firestore/storage-size
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from infra.local.firestore.errors import InvalidArgument
from infra.local.firestore.value_order import is_vector
from infra.local.firestore.wire import Document, Value

DOCUMENT_BYTES = 1_048_576
DEPTH = 20

_VALUE_BYTES = 1_048_487
_FIELD_NAME_BYTES = 1500
_DOCUMENT_OVERHEAD = 32
_RESERVED = re.compile(r"__.*__", re.DOTALL)


def admit(document: Document) -> None:
    """Check `document` against the limits and cut its timestamps to microseconds, the precision that is stored."""
    size = _DOCUMENT_OVERHEAD + _name_size(document.name) + _fields_size(document.fields, 1)
    if size > DOCUMENT_BYTES:
        raise InvalidArgument(
            f"Document '{document.name}' cannot be written because its size ({size:,} bytes) exceeds the maximum "
            f"allowed size of {DOCUMENT_BYTES:,} bytes."
        )


def _fields_size(fields: Any, depth: int) -> int:
    if depth > DEPTH:
        raise InvalidArgument(f"A document's maps and arrays may be nested {DEPTH} levels deep at most.")
    return sum(_field_name_size(name) + _value_size(value, depth) for name, value in fields.items())


def _field_name_size(name: str) -> int:
    size = len(name.encode())
    if not size:
        raise InvalidArgument("The property.name is the empty string.")
    if size > _FIELD_NAME_BYTES:
        raise InvalidArgument(f"The property.name is longer than {_FIELD_NAME_BYTES} bytes.")
    if name.startswith("__") and _RESERVED.fullmatch(name):
        raise InvalidArgument(f"field name {name} is reserved")
    return size + 1


def _value_size(value: Value, depth: int) -> int:
    kind = value.WhichOneof("value_type")
    if kind is None:
        raise InvalidArgument("Cannot convert firestore.v1.Value with type unset.")
    if kind not in _SIZES:
        raise InvalidArgument(f"A value of type {kind} cannot be stored in a document.")
    return _SIZES[kind](value, depth)


def _bounded(size: int) -> int:
    if size > _VALUE_BYTES:
        raise InvalidArgument(f"A property's value is longer than {_VALUE_BYTES} bytes.")
    return size


def _timestamp_size(value: Value, _: int) -> int:
    stamp = value.timestamp_value
    stamp.nanos -= stamp.nanos % 1000
    return 8


def _array_size(value: Value, depth: int) -> int:
    elements = value.array_value.values
    if any(element.WhichOneof("value_type") == "array_value" for element in elements):
        raise InvalidArgument("Cannot convert an array value in an array value.")
    return sum(_value_size(element, depth + 1) for element in elements)


def _map_size(value: Value, depth: int) -> int:
    if is_vector(value):
        return 8 * len(value.map_value.fields["value"].array_value.values)
    return _fields_size(value.map_value.fields, depth + 1)


def _name_size(name: str) -> int:
    return 16 + sum(len(segment.encode()) + 1 for segment in name.split("/")[5:])


def _fixed(size: int) -> Callable[[Value, int], int]:
    return lambda _value, _depth: size


_SIZES: dict[str, Callable[[Value, int], int]] = {
    "null_value": _fixed(1),
    "boolean_value": _fixed(1),
    "integer_value": _fixed(8),
    "double_value": _fixed(8),
    "timestamp_value": _timestamp_size,
    "string_value": lambda value, _: _bounded(len(value.string_value.encode())) + 1,
    "bytes_value": lambda value, _: _bounded(len(value.bytes_value)),
    "reference_value": lambda value, _: _name_size(value.reference_value),
    "geo_point_value": _fixed(16),
    "array_value": _array_size,
    "map_value": _map_size,
}
