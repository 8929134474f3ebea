"""Reading a `StructuredQuery.Filter`: validated, and multiplied out into conjunctions as Firestore does."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from infra.local.firestore.errors import InvalidArgument
from infra.local.firestore.field_paths import DOCUMENT_NAME, FieldPath, format_field_path, parse_field_path
from infra.local.firestore.filters import Conjunction, Operator, Predicate
from infra.local.firestore.index import VALUE_BYTES
from infra.local.firestore.paths import parse_document
from infra.local.firestore.value_order import NAN, NULL, encode, encode_name
from infra.local.firestore.wire import Value

_DISJUNCTIONS = 30
_IN_VALUES = 30
_NOT_IN_VALUES = 10

# google.firestore.v1.StructuredQuery.FieldFilter.Operator
_COMPARISONS = {
    1: Operator.LESS,
    2: Operator.AT_MOST,
    3: Operator.MORE,
    4: Operator.AT_LEAST,
    5: Operator.EQUAL,
    7: Operator.CONTAINS,
}
_NOT_EQUAL, _IN, _CONTAINS_ANY, _NOT_IN = 6, 8, 9, 10
_LISTS = {
    _IN: ("IN", _IN_VALUES),
    _CONTAINS_ANY: ("ARRAY_CONTAINS_ANY", _IN_VALUES),
    _NOT_IN: ("NOT_IN", _NOT_IN_VALUES),
}
# google.firestore.v1.StructuredQuery.UnaryFilter.Operator
_UNARY = {
    2: (Operator.EQUAL, (NAN,)),
    3: (Operator.EQUAL, (NULL,)),
    4: (Operator.NONE_OF, (NAN,)),
    5: (Operator.NONE_OF, ()),
}
_AND, _OR = 1, 2

_ALWAYS: tuple[Conjunction, ...] = ((),)
_NEVER: tuple[Conjunction, ...] = ()


def parse_filter(where: Any) -> tuple[tuple[Conjunction, ...], tuple[FieldPath, ...]]:
    """The conjunctions, one of which a document must satisfy, and the fields under inequalities, in order.

    `where` is the query's Filter, or None. An empty result stands for a filter that nothing satisfies.
    """
    if where is None:
        return _ALWAYS, ()
    reader = _FilterReader()
    conjunctions = reader.read(where)
    reader.check(conjunctions)
    return conjunctions, tuple(sorted(reader.inequalities))


class _FilterReader:
    """Notes, while it reads a filter, what the whole of it must be checked for."""

    def __init__(self) -> None:
        self.inequalities: set[FieldPath] = set()
        self._negations = 0
        self._has_not_in = False
        self._has_alternatives = False

    def read(self, where: Any) -> tuple[Conjunction, ...]:
        kind = where.WhichOneof("filter_type")
        if kind == "composite_filter":
            return self._composite(where.composite_filter)
        if kind == "field_filter":
            return self._field(where.field_filter)
        if kind == "unary_filter":
            return self._unary(where.unary_filter)
        raise InvalidArgument("Unknown Filter type.")

    def check(self, conjunctions: Sequence[Conjunction]) -> None:
        if self._negations > 1:
            raise InvalidArgument(
                "Only a single 'NOT_EQUAL', 'NOT_IN', 'IS_NOT_NAN', or 'IS_NOT_NULL' filter allowed per query."
            )
        if self._has_not_in and self._has_alternatives:
            raise InvalidArgument("'NOT_IN' cannot be used in the same query with 'IN', 'ARRAY_CONTAINS_ANY' or 'OR'.")
        for conjunction in conjunctions:
            if sum(predicate.operator is Operator.CONTAINS for predicate in conjunction) > 1:
                raise InvalidArgument("A maximum of 1 'ARRAY_CONTAINS' filter is allowed per disjunction.")

    def _composite(self, composite: Any) -> tuple[Conjunction, ...]:
        if composite.op not in (_AND, _OR):
            raise InvalidArgument("Unsupported CompositeFilter operator.")
        if not composite.filters:
            return _ALWAYS
        parts = [self.read(part) for part in composite.filters]
        if composite.op == _OR and len(parts) > 1:
            self._has_alternatives = True
            return _limited([conjunction for part in parts for conjunction in part])
        size = 1
        for part in parts:
            size *= len(part)
        _check_size(size)
        return tuple(tuple(p for conjunction in choice for p in conjunction) for choice in product(*parts))

    def _field(self, field_filter: Any) -> tuple[Conjunction, ...]:
        path = parse_field_path(field_filter.field.field_path)
        operator, value = field_filter.op, field_filter.value
        if operator in _LISTS:
            return self._list(path, operator, value)
        if operator == _NOT_EQUAL:
            return self._none_of(path, [value])
        if operator not in _COMPARISONS:
            raise InvalidArgument("Unsupported FieldFilter operator.")
        predicate = Predicate(path, _COMPARISONS[operator], (_operand(path, value),))
        if predicate.is_inequality:
            self.inequalities.add(path)
        return _NEVER if _is_undefined(value) else ((predicate,),)

    def _list(self, path: FieldPath, operator: int, value: Value) -> tuple[Conjunction, ...]:
        label, most = _LISTS[operator]
        if value.WhichOneof("value_type") != "array_value":
            raise InvalidArgument(f"'{label}' requires an ArrayValue.")
        values = value.array_value.values
        if not values:
            raise InvalidArgument(f"'{label}' requires an non-empty ArrayValue.")
        if len(values) > most:
            raise InvalidArgument(f"'{label}' supports up to {most} comparison values.")
        if operator == _NOT_IN:
            self._has_not_in = True
            return self._none_of(path, values)
        self._has_alternatives = True
        each = Operator.EQUAL if operator == _IN else Operator.CONTAINS
        keys = dict.fromkeys(_operand(path, element) for element in values if not _is_undefined(element))
        return tuple((Predicate(path, each, (key,)),) for key in keys)

    def _none_of(self, path: FieldPath, values: Sequence[Value]) -> tuple[Conjunction, ...]:
        self._negations += 1
        self.inequalities.add(path)
        # Against null a comparison is undefined and holds for nothing; against NaN "not equal" always holds.
        if any(value.WhichOneof("value_type") == "null_value" for value in values):
            return _NEVER
        keys = tuple(_operand(path, value) for value in values if not _is_undefined(value))
        return ((Predicate(path, Operator.NONE_OF, keys),),)

    def _unary(self, unary: Any) -> tuple[Conjunction, ...]:
        if unary.op not in _UNARY:
            raise InvalidArgument("Unsupported UnaryFilter operator.")
        operator, keys = _UNARY[unary.op]
        path = parse_field_path(unary.field.field_path)
        if operator is Operator.NONE_OF:
            self._negations += 1
            self.inequalities.add(path)
        return ((Predicate(path, operator, keys),),)


def _operand(path: FieldPath, value: Value) -> bytes:
    if path != DOCUMENT_NAME:
        key = encode(value)
        if len(key) > VALUE_BYTES:
            raise InvalidArgument(f"value for {format_field_path(path)} is too large to be used in a query")
        return key
    if value.WhichOneof("value_type") != "reference_value":
        raise InvalidArgument("__key__ filter value must be a Key")
    return encode_name(parse_document(value.reference_value).path)


def _is_undefined(value: Value) -> bool:
    kind = value.WhichOneof("value_type")
    return bool(kind == "null_value" or (kind == "double_value" and value.double_value != value.double_value))


def _limited(conjunctions: list[Conjunction]) -> tuple[Conjunction, ...]:
    _check_size(len(conjunctions))
    return tuple(conjunctions)


def _check_size(size: int) -> None:
    if size > _DISJUNCTIONS:
        raise InvalidArgument(
            f"Too many disjunctions after normalization. Result had {size} disjunctions which is more than the "
            f"maximum of {_DISJUNCTIONS}"
        )
