"""A query's order and the cursors in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from infra.local.firestore.errors import InvalidArgument
from infra.local.firestore.field_paths import DOCUMENT_NAME, FieldPath, format_field_path, parse_field_path
from infra.local.firestore.paths import parse_document
from infra.local.firestore.value_order import encode, encode_name
from infra.local.firestore.wire import Value

_DESCENDING = 2
# No key is the beginning of another, so flipping every byte turns their order around.
_FLIPPED = bytes(255 - byte for byte in range(256))


@dataclass(frozen=True, slots=True)
class Order:
    """One field to order by."""

    path: FieldPath
    descending: bool

    @property
    def by_name(self) -> bool:
        return self.path == DOCUMENT_NAME

    def directed(self, key: bytes) -> bytes:
        """`key`, so altered that ascending order of the result is this order."""
        return key.translate(_FLIPPED) if self.descending else key


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the order: between two results, right before or right behind the rows that begin with `directed`."""

    keys: tuple[bytes, ...]
    directed: tuple[bytes, ...]
    before: bool

    def is_behind(self, sort_key: tuple[bytes, ...]) -> bool:
        """Whether the cursor stands behind the row of that sort key."""
        beginning = sort_key[: len(self.directed)]
        return beginning < self.directed if self.before else beginning <= self.directed


def parse_orders(order_by: Iterable[Any], inequalities: Sequence[FieldPath]) -> tuple[Order, ...]:
    """The whole order: what the query says, the fields under inequalities, and last the name.

    Source: google.firestore.v1.StructuredQuery.order_by.
    """
    orders: list[Order] = []
    for item in order_by:
        order = Order(parse_field_path(item.field.field_path), item.direction == _DESCENDING)
        if any(order.path == earlier.path for earlier in orders):
            raise InvalidArgument(f"order by clause cannot contain duplicate fields {format_field_path(order.path)}")
        if orders and orders[-1].by_name:
            raise InvalidArgument("order by clause cannot contain more fields after the key")
        orders.append(order)
    if orders and orders[-1].by_name:
        return tuple(orders)
    descending = bool(orders) and orders[-1].descending
    explicit = {order.path for order in orders}
    orders += [Order(path, descending) for path in inequalities if path not in explicit and path != DOCUMENT_NAME]
    return (*orders, Order(DOCUMENT_NAME, descending))


def parse_cursor(cursor: Any, orders: Sequence[Order], most: int) -> Cursor | None:
    """A cursor over the first of `orders`; None where it holds no value and so bounds nothing.

    It may hold `most` values: one for each order that the query names itself.
    """
    if not cursor.values:
        return None
    if len(cursor.values) > most:
        raise InvalidArgument("Cursor has too many values.")
    keys = tuple(_cursor_key(order, value) for order, value in zip(orders, cursor.values, strict=False))
    directed = tuple(order.directed(key) for order, key in zip(orders, keys, strict=False))
    return Cursor(keys, directed, cursor.before)


def _cursor_key(order: Order, value: Value) -> bytes:
    if not order.by_name:
        return encode(value)
    if value.WhichOneof("value_type") != "reference_value":
        raise InvalidArgument("Cursor __key__ value is not a document reference.")
    return encode_name(parse_document(value.reference_value).path)


def parse_order_text(text: str) -> tuple[Order, ...]:
    """The order that ListDocuments is given as text: `priority desc, __name__`."""
    orders: list[Order] = []
    for item in text.split(",") if text.strip() else []:
        field, _, way = item.strip().partition(" ")
        if way.strip().lower() not in ("", "asc", "desc"):
            raise InvalidArgument(f'"{item}" is not an order.')
        orders.append(Order(parse_field_path(field), way.strip().lower() == "desc"))
    if orders and orders[-1].by_name:
        return tuple(orders)
    return (*orders, Order(DOCUMENT_NAME, bool(orders) and orders[-1].descending))
