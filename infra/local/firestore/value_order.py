"""Firestore's order of values, written as bytes: two keys compare as the values they stand for.

null < booleans < numbers (NaN first; integers and doubles by value) < timestamps < strings < bytes < references
< geo points < arrays < vectors < maps. Source: https://cloud.google.com/firestore/docs/concepts/data-types#value_type_ordering

Every key is one tag byte and a body that no other body of that tag extends, so keys nest in arrays and maps.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from typing import Any

from infra.local.firestore.errors import InvalidArgument
from infra.local.firestore.wire import Value

_END = b"\x00"
_STOP = b"\x00\x01"
NULL = b"\x05"
_BOOLEAN = b"\x0a"
NUMBER = b"\x0f"
_TIMESTAMP = b"\x14"
_STRING = b"\x19"
_BYTES = b"\x1e"
_REFERENCE = b"\x23"
_GEO_POINT = b"\x28"
_ARRAY = b"\x2d"
_VECTOR = b"\x32"
_MAP = b"\x37"

_SIGN = 1 << 63
_ALL = (1 << 64) - 1
# Seconds from year 1, where protobuf's timestamps begin, to the epoch.
_YEAR_ONE = 62_135_596_800
_RESIDUAL_ZERO = 1 << 15

NAN = NUMBER + bytes(10)


def encode(value: Value) -> bytes:
    """The order-preserving key of `value`."""
    out = bytearray()
    _append(out, value)
    return bytes(out)


def encode_array(elements: Iterable[bytes]) -> bytes:
    """The key of the array whose elements have these keys."""
    return _ARRAY + b"".join(elements) + _END


def encode_name(segments: str) -> bytes:
    """The key of a slash-separated path: segment by segment, as documents' names are ordered."""
    return b"".join(map(_text, segments.split("/"))) + _END


def decode_name(key: bytes) -> str:
    """The path that `encode_name` made `key` of."""
    segments = key[: -len(_END)].split(_STOP)[:-1]
    return "/".join(segment.replace(b"\x00\xff", b"\x00").decode() for segment in segments)


def reference_key(name: str) -> bytes:
    """The key of the reference value that points at `name`."""
    return _REFERENCE + encode_name(name)


def is_vector(value: Value) -> bool:
    """Whether a map value is the client libraries' spelling of a vector."""
    fields = value.map_value.fields
    return "__type__" in fields and fields["__type__"].string_value == "__vector__"


def _append(out: bytearray, value: Value) -> None:
    kind = value.WhichOneof("value_type")
    if kind is None:
        raise InvalidArgument("Cannot convert firestore.v1.Value with type unset.")
    _APPENDERS[kind](out, value)


def _text(text: str) -> bytes:
    return _escaped(text.encode())


def _escaped(data: bytes) -> bytes:
    return data.replace(b"\x00", b"\x00\xff") + _STOP


def _double(number: float) -> bytes:
    """Eight bytes that compare as doubles do, minus zero being zero."""
    (bits,) = struct.unpack(">Q", struct.pack(">d", number + 0.0))
    return struct.pack(">Q", bits ^ (_ALL if bits & _SIGN else _SIGN))


def _append_integer(out: bytearray, value: Value) -> None:
    # The nearest double, then how far the integer is from it (at most 512): exact, and in line with doubles.
    integer = value.integer_value
    nearest = float(integer)
    out += NUMBER + _double(nearest) + struct.pack(">H", _RESIDUAL_ZERO + integer - int(nearest))


def _append_double(out: bytearray, value: Value) -> None:
    number = value.double_value
    out += NAN if number != number else NUMBER + _double(number) + struct.pack(">H", _RESIDUAL_ZERO)


def _append_timestamp(out: bytearray, value: Value) -> None:
    stamp = value.timestamp_value
    out += _TIMESTAMP + struct.pack(">QI", stamp.seconds + _YEAR_ONE, stamp.nanos)


def _append_geo_point(out: bytearray, value: Value) -> None:
    point = value.geo_point_value
    out += _GEO_POINT + _double(point.latitude) + _double(point.longitude)


def _append_array(out: bytearray, value: Value) -> None:
    out += _ARRAY
    for element in value.array_value.values:
        _append(out, element)
    out += _END


def _append_map(out: bytearray, value: Value) -> None:
    fields = value.map_value.fields
    if is_vector(value):
        elements = fields["value"].array_value.values
        out += _VECTOR + struct.pack(">I", len(elements))
        for element in elements:
            _append(out, element)
        return
    out += _MAP
    for name in sorted(fields):
        out += _STRING + _text(name)
        _append(out, fields[name])
    out += _END


def _append_null(out: bytearray, _: Value) -> None:
    out += NULL


def _append_boolean(out: bytearray, value: Value) -> None:
    out += _BOOLEAN + (b"\x01" if value.boolean_value else b"\x00")


def _append_string(out: bytearray, value: Value) -> None:
    out += _STRING + _text(value.string_value)


def _append_bytes(out: bytearray, value: Value) -> None:
    out += _BYTES + _escaped(value.bytes_value)


def _append_reference(out: bytearray, value: Value) -> None:
    out += reference_key(value.reference_value)


_APPENDERS: dict[Any, Callable[[bytearray, Value], None]] = {
    "null_value": _append_null,
    "boolean_value": _append_boolean,
    "integer_value": _append_integer,
    "double_value": _append_double,
    "timestamp_value": _append_timestamp,
    "string_value": _append_string,
    "bytes_value": _append_bytes,
    "reference_value": _append_reference,
    "geo_point_value": _append_geo_point,
    "array_value": _append_array,
    "map_value": _append_map,
}
