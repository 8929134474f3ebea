"""The indexes that Firestore does not make by itself, and which queries it refuses without them.

Every field of a collection has an index of its own; equalities are answered by merging those. What else a query needs
must be declared: one index for each equality, ending in the query's order, since indexes that end alike are merged too.
A query over a collection group needs even the fields' own indexes declared.
Source: https://firebase.google.com/docs/firestore/query-data/index-overview.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from infra.local.firestore.field_paths import format_field_path
from infra.local.firestore.filters import Conjunction, Operator
from infra.local.firestore.orders import Order
from infra.local.firestore.query import Query

ASCENDING, DESCENDING, CONTAINS = "ASCENDING", "DESCENDING", "CONTAINS"
NAME = "__name__"

Field = tuple[str, str]
"""A field's path and how it is indexed: in which direction, or by the elements of an array."""


@dataclass(frozen=True, slots=True, order=True)
class CompositeIndex:
    """An index over `fields`, of each collection called `collection` or (`group`) of all of them together."""

    collection: str
    group: bool
    fields: tuple[Field, ...]


def missing(query: Query, declared: Iterable[CompositeIndex]) -> tuple[CompositeIndex, ...]:
    """The indexes without which Firestore refuses `query`; none where those `declared` are enough."""
    known = [
        found.fields
        for found in declared
        if found.collection == query.collection_id and found.group == query.all_descendants
    ]
    wanted = {
        CompositeIndex(query.collection_id, query.all_descendants, fields)
        for conjunction in query.conjunctions
        for fields in _missing(conjunction, query, known)
    }
    return tuple(sorted(wanted))


def _missing(conjunction: Conjunction, query: Query, known: list[tuple[Field, ...]]) -> Iterator[tuple[Field, ...]]:
    points = {_point(predicate.operator, format_field_path(predicate.path)) for predicate in conjunction}
    equal = {point for point in points if point is not None and point[0] != NAME}
    order = _order(query.orders, {path for path, _ in equal})
    if _is_automatic(equal, order, query.all_descendants):
        return
    covered: set[Field] = set()
    for fields in known:
        head, tail = fields[: len(fields) - len(order)], fields[len(fields) - len(order) :]
        if tail == order and set(head) <= equal and (head or not equal):
            covered |= {*head, *order}
    uncovered = sorted(equal - covered)
    yield from (_joined(point, equal, order) for point in uncovered)
    if not equal and not covered:
        yield order


def _joined(point: Field, equal: set[Field], order: tuple[Field, ...]) -> tuple[Field, ...]:
    """One equality and the order. Elements of an array without an order are found together with the equalities."""
    if order or len(equal) == 1:
        return (point, *order)
    return tuple(sorted(equal))


def _point(operator: Operator, path: str) -> Field | None:
    kinds = {Operator.EQUAL: ASCENDING, Operator.CONTAINS: CONTAINS}
    return (path, kinds[operator]) if operator in kinds else None


def _order(orders: tuple[Order, ...], equal: set[str]) -> tuple[Field, ...]:
    """The fields that results are ordered by; the name at the end only where it goes against the field before it."""
    fields = [
        (format_field_path(order.path), DESCENDING if order.descending else ASCENDING)
        for order in orders
        if format_field_path(order.path) not in equal
    ]
    if fields and fields[-1][0] == NAME and (len(fields) == 1 or fields[-1][1] == fields[-2][1]):
        fields.pop()
    return tuple(fields)


def _is_automatic(equal: set[Field], order: tuple[Field, ...], group: bool) -> bool:
    if group:
        return not equal and not order
    if any(kind == CONTAINS for _, kind in equal):
        return len(equal) == 1 and not order
    return not order or (not equal and len(order) == 1)
