"""A `StructuredQuery`, read and validated: what to look through, for what, in which order, and which part of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from infra.local.firestore.errors import InvalidArgument, Unimplemented
from infra.local.firestore.field_paths import FieldPath, parse_field_path
from infra.local.firestore.filters import Conjunction
from infra.local.firestore.orders import Cursor, Order, parse_cursor, parse_orders
from infra.local.firestore.paths import Parent
from infra.local.firestore.query_filters import parse_filter


@dataclass(frozen=True, slots=True)
class Query:
    """A document is a result if it satisfies one of `conjunctions` and has every field of `orders`."""

    parent: Parent
    collection_id: str
    all_descendants: bool
    conjunctions: tuple[Conjunction, ...]
    orders: tuple[Order, ...]
    start: Cursor | None
    end: Cursor | None
    offset: int
    limit: int | None
    projection: tuple[FieldPath, ...] | None


def parse_query(parent: Parent, structured: Any) -> Query:
    """Take a `StructuredQuery` under `parent`; INVALID_ARGUMENT with Google's words where it is none."""
    if structured.HasField("find_nearest"):
        raise Unimplemented("The local Firestore does not search for nearest neighbours.")
    if structured.offset < 0:
        raise InvalidArgument("offset is negative")
    limit = structured.limit.value if structured.HasField("limit") else None
    if limit is not None and limit < 0:
        raise InvalidArgument("limit is negative")
    selectors = structured.from_
    if len(selectors) > 1:
        raise InvalidArgument("A query reads from one collection selector.")
    where = structured.where if structured.HasField("where") else None
    conjunctions, inequalities = parse_filter(where)
    orders = parse_orders(structured.order_by, inequalities)
    return Query(
        parent=parent,
        collection_id=selectors[0].collection_id if selectors else "",
        all_descendants=selectors[0].all_descendants if selectors else True,
        conjunctions=conjunctions,
        orders=orders,
        start=parse_cursor(structured.start_at, orders, len(structured.order_by)),
        end=parse_cursor(structured.end_at, orders, len(structured.order_by)),
        offset=structured.offset,
        limit=limit,
        projection=_projection(structured),
    )


def _projection(structured: Any) -> tuple[FieldPath, ...] | None:
    if not structured.HasField("select") or not structured.select.fields:
        return None
    return tuple(parse_field_path(field.field_path) for field in structured.select.fields)
