"""A query's filter as a disjunction of conjunctions of predicates, each of which can test a document by itself.

How Firestore compares was established against Google's emulator: a comparison with null or NaN holds for nothing but
through the unary operators; a range compares within the type of its operand; `!=` and `not-in` never match null.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from infra.local.firestore.field_paths import DOCUMENT_NAME, FieldPath, format_field_path, read_field
from infra.local.firestore.index import ELEMENT, VALUE_BYTES, WHOLE
from infra.local.firestore.value_order import NAN, NULL, NUMBER, encode
from infra.local.firestore.wire import Value


class Operator(Enum):
    """How a predicate compares a field with its keys."""

    EQUAL = "=="
    CONTAINS = "array-contains"
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    NONE_OF = "not-in"


EXACT = (Operator.EQUAL, Operator.CONTAINS)


@dataclass(frozen=True, slots=True)
class Range:
    """A stretch of one field's index, both ends included; it may hold more than what matches, never less."""

    field: str
    element: int
    low: bytes
    high: bytes

    @property
    def is_point(self) -> bool:
        return self.low == self.high

    @property
    def is_exact(self) -> bool:
        """Whether all in it matches, so that nothing need be compared again."""
        return self.is_point and len(self.low) < VALUE_BYTES


@dataclass(frozen=True, slots=True)
class Predicate:
    """One comparison. `keys` are encoded values (document paths where the field is `__name__`)."""

    path: FieldPath
    operator: Operator
    keys: tuple[bytes, ...]

    @property
    def on_name(self) -> bool:
        return self.path == DOCUMENT_NAME

    @property
    def is_inequality(self) -> bool:
        return self.operator not in EXACT

    def matches(self, fields: Mapping[str, Value], name_key: bytes) -> bool:
        """Whether a document with these fields, and a name of that key, satisfies the predicate."""
        if self.on_name:
            return self.holds(name_key)
        value = read_field(fields, self.path)
        if value is None:
            return False
        if self.operator is Operator.CONTAINS:
            return any(encode(element) == self.keys[0] for element in value.array_value.values)
        return self.holds(encode(value))

    def range(self) -> Range | None:
        """The stretch of the index that covers the matches; None where no index helps."""
        if self.on_name or self.operator is Operator.NONE_OF:
            return None
        field = format_field_path(self.path)
        key = self.keys[0][:VALUE_BYTES]
        if self.operator in EXACT:
            return Range(field, ELEMENT if self.operator is Operator.CONTAINS else WHOLE, key, key)
        if self.operator in (Operator.LESS, Operator.AT_MOST):
            return Range(field, WHOLE, _smallest_like(key), key)
        return Range(field, WHOLE, key, _behind(key))

    def holds(self, key: bytes) -> bool:
        """Whether a value of that key (not an element: see `matches`) satisfies the predicate."""
        operand = self.keys[0] if self.keys else b""
        if self.operator is Operator.EQUAL:
            return key == operand
        if self.operator is Operator.NONE_OF:
            return key not in self.keys and key != NULL
        if not self.on_name and not _smallest_like(operand) <= key < _behind(operand):
            return False
        if self.operator is Operator.LESS:
            return key < operand
        if self.operator is Operator.AT_MOST:
            return key <= operand
        if self.operator is Operator.MORE:
            return key > operand
        return key >= operand


Conjunction = tuple[Predicate, ...]


def _smallest_like(key: bytes) -> bytes:
    """The lower bound of the values that compare with `key`'s: those of its type, NaN left out."""
    return NAN + b"\x00" if key.startswith(NUMBER) else key[:1]


def _behind(key: bytes) -> bytes:
    """The upper bound of the values of `key`'s type."""
    return bytes([key[0] + 1])
