"""What a query handles while it runs: a document's row, taken apart only as far as the query asks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from infra.local.firestore.field_paths import read_field
from infra.local.firestore.filters import Predicate
from infra.local.firestore.orders import Order
from infra.local.firestore.paths import Collection
from infra.local.firestore.value_order import encode, encode_name
from infra.local.firestore.wire import Document


class Row:
    """One document that an index led to."""

    def __init__(self, collection: Collection, document_id: str, body: bytes) -> None:
        self._collection = collection
        self._id = document_id
        self.body = body

    @property
    def name(self) -> str:
        return self._collection.document_name(self._id)

    @cached_property
    def document(self) -> Document:
        return Document.FromString(self.body)

    @cached_property
    def name_key(self) -> bytes:
        return encode_name(f"{self._collection.path}/{self._id}")

    def satisfies(self, predicates: Sequence[Predicate]) -> bool:
        return all(predicate.matches(self.document.fields, self.name_key) for predicate in predicates)

    def sort_key(self, orders: Sequence[Order]) -> tuple[bytes, ...] | None:
        """What the row is ordered by; None where it lacks a field that the query orders by, and so is no result."""
        keys = []
        for order in orders:
            if order.by_name:
                key = self.name_key
            else:
                value = read_field(self.document.fields, order.path)
                if value is None:
                    return None
                key = encode(value)
            keys.append(order.directed(key))
        return tuple(keys)
