"""The index that every field has: what a document puts into it, and keeping it in step with the document."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping

from infra.local.firestore.field_paths import FieldPath, format_field_path
from infra.local.firestore.value_order import encode, encode_array, is_vector
from infra.local.firestore.wire import Value

# As in the cloud, only so much of a value is indexed; queries compare the rest on the document itself.
VALUE_BYTES = 1500

Entry = tuple[str, int, bytes]

WHOLE = 0
ELEMENT = 1


def reindex(
    connection: sqlite3.Connection, key: int, document_id: str, old: Mapping[str, Value], new: Mapping[str, Value]
) -> None:
    """Turn the entries of a document's `old` fields into those of its `new` ones, touching only what differs."""
    changed = [name for name in new if name not in old or old[name] != new[name]]
    gone = [name for name in old if name not in new]
    before = set(_entries(old, [name for name in changed if name in old] + gone))
    after = set(_entries(new, changed))
    if stale := before - after:
        connection.executemany(
            "DELETE FROM entries WHERE collection = ? AND field = ? AND element = ? AND value = ? AND id = ?",
            [(key, *entry, document_id) for entry in stale],
        )
    if fresh := after - before:
        connection.executemany(
            "INSERT INTO entries VALUES (?, ?, ?, ?, ?)", [(key, *entry, document_id) for entry in sorted(fresh)]
        )


def _entries(fields: Mapping[str, Value], names: Iterable[str]) -> Iterator[Entry]:
    for name in names:
        yield from _entries_of(fields[name], (name,))


def _entries_of(value: Value, path: FieldPath) -> Iterator[Entry]:
    field = format_field_path(path)
    kind = value.WhichOneof("value_type")
    if kind == "array_value":
        keys = [encode(element) for element in value.array_value.values]
        yield field, WHOLE, encode_array(keys)[:VALUE_BYTES]
        for key in keys:
            yield field, ELEMENT, key[:VALUE_BYTES]
        return
    yield field, WHOLE, encode(value)[:VALUE_BYTES]
    if kind == "map_value" and not is_vector(value):
        for name, inner in value.map_value.fields.items():
            yield from _entries_of(inner, (*path, name))
