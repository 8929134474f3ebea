"""Firestore's protobuf messages in their raw form, and the byte copying that spares serialising them again.

The proto-plus wrappers cost several times the work of the request itself, so nothing here ever makes one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from google.cloud.firestore_v1.types import ArrayValue, Document, Value, Write
    from google.protobuf.timestamp_pb2 import Timestamp
else:
    from google.cloud.firestore_v1 import types as _types
    from google.protobuf.timestamp_pb2 import Timestamp

    ArrayValue = _types.ArrayValue.pb()
    Document = _types.Document.pb()
    Value = _types.Value.pb()
    Write = _types.Write.pb()

__all__ = [
    "ArrayValue",
    "Document",
    "Timestamp",
    "Value",
    "Write",
    "embed",
    "microseconds",
    "raw",
    "timestamp",
]

_LENGTH_DELIMITED = 2


def raw(wrapper: Any) -> Any:
    """The protobuf class under a proto-plus class."""
    return wrapper.pb()


def timestamp(moment: int) -> Timestamp:
    """`moment`, in microseconds since the epoch, as protobuf has it."""
    seconds, micros = divmod(moment, 1_000_000)
    return Timestamp(seconds=seconds, nanos=micros * 1000)


def microseconds(stamp: Timestamp) -> int:
    """Microseconds since the epoch; what is finer is dropped, as Firestore drops it."""
    return int(stamp.seconds) * 1_000_000 + int(stamp.nanos) // 1000


def embed(field_number: int, message: bytes) -> bytes:
    """A serialized sub-message (or bytes, or string) as field `field_number` (below 16) of the message around it.

    Serialized messages concatenate to their merge, so a response is built from stored bytes without parsing them:
    https://protobuf.dev/programming-guides/encoding/#last-one-wins
    """
    length = len(message)
    prefix = bytearray([field_number << 3 | _LENGTH_DELIMITED])
    while length > 0x7F:
        prefix.append(length & 0x7F | 0x80)
        length >>= 7
    prefix.append(length)
    return bytes(prefix) + message
