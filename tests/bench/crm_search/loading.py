"""A collection filled with a million documents in minutes: straight into the local Firestore's file, while it is shut.

Several processes make documents and their index entries, each into a file of its own; those are then merged in the
order of the tables, since a tree that is filled in its own order is filled at the disk's speed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from infra.local.firestore.index import ELEMENT, VALUE_BYTES, WHOLE
from infra.local.firestore.paths import Collection
from infra.local.firestore.schema import FILE_NAME, open_database
from infra.local.firestore.value_order import encode, encode_array
from infra.local.firestore.wire import Document, Value, timestamp

PART: Final = 125_000
"""Documents a file: eight of them can be attached to SQLite at once."""

Source = Callable[[int, int], Iterator[tuple[str, Mapping[str, Any]]]]
"""Ids and fields of the documents with these numbers."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the documents go: a collection of the Firestore that keeps its file in `folder`, written at `moment`."""

    folder: Path
    collection: Collection
    moment: int


def load(target: Target, source: Source, count: int, processes: int = 2) -> None:
    """Write `count` documents into an empty database."""
    open_database(target.folder).close()
    size = min(PART, -(-count // processes))
    starts = list(range(0, count, size))
    work = partial(_write_part, target, source)
    with ProcessPoolExecutor(processes, mp_context=get_context("forkserver")) as pool:
        parts = list(pool.map(work, starts, [min(start + size, count) for start in starts]))
    _merge(target, parts)
    for part in parts:
        part.unlink()


def _write_part(target: Target, source: Source, start: int, stop: int) -> Path:
    file = target.folder / f"part-{start}.sqlite3"
    connection = sqlite3.connect(file, isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
        "CREATE TABLE documents (id TEXT, body BLOB);"
        "CREATE TABLE entries (collection INTEGER, field TEXT, element INTEGER, value BLOB, id TEXT); BEGIN;"
    )
    for document_id, fields in source(start, stop):
        body = as_document(target, document_id, fields).SerializeToString()
        connection.execute("INSERT INTO documents VALUES (?, ?)", (document_id, body))
        connection.executemany(
            "INSERT INTO entries VALUES (1, ?, ?, ?, ?)", [(*entry, document_id) for entry in entries_of(fields)]
        )
    connection.execute("COMMIT")
    connection.close()
    return file


def _merge(target: Target, parts: list[Path]) -> None:
    connection = sqlite3.connect(target.folder / FILE_NAME, isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -500000; PRAGMA threads = 2;"
    )
    for number, part in enumerate(parts):
        connection.execute(f"ATTACH ? AS part{number}", (str(part),))
    collection, moment = target.collection, target.moment
    connection.execute("BEGIN")
    connection.execute(
        "INSERT INTO collections VALUES (1, ?, ?, ?)", (collection.database, collection.id, collection.parent)
    )
    for number in range(len(parts)):
        connection.execute(
            "INSERT INTO documents (collection, id, update_time, body)"
            f" SELECT 1, id, ?, body FROM part{number}.documents",
            (moment,),
        )
    entries = " UNION ALL ".join(f"SELECT * FROM part{number}.entries" for number in range(len(parts)))
    connection.execute(f"INSERT INTO entries SELECT * FROM ({entries}) ORDER BY 1, 2, 3, 4, 5")
    connection.execute("UPDATE state SET last_commit = ?", (moment,))
    connection.execute("COMMIT")
    connection.close()


def as_document(target: Target, document_id: str, fields: Mapping[str, Any]) -> Document:
    """The document as a commit would store it."""
    moment = timestamp(target.moment)
    return Document(
        name=target.collection.document_name(document_id),
        fields={name: as_value(value) for name, value in fields.items()},
        create_time=moment,
        update_time=moment,
    )


def entries_of(fields: Mapping[str, Any]) -> set[tuple[str, int, bytes]]:
    """The index entries of a document without nested maps, as `index.reindex` makes them of its values."""
    entries: set[tuple[str, int, bytes]] = set()
    for name, plain in fields.items():
        if isinstance(plain, list):
            keys = [_key(element) for element in plain]
            entries.add((name, WHOLE, encode_array(keys)[:VALUE_BYTES]))
            entries.update((name, ELEMENT, key[:VALUE_BYTES]) for key in keys)
        elif isinstance(plain, Mapping):
            entries.add((name, WHOLE, encode(as_value(plain))[:VALUE_BYTES]))
        else:
            entries.add((name, WHOLE, _key(plain)[:VALUE_BYTES]))
    return entries


# A million contacts have few words, stages and owners among them: each is made once.
@lru_cache(maxsize=1 << 17, typed=True)
def _key(plain: Any) -> bytes:
    return encode(_scalar(plain))


def as_value(plain: Any) -> Value:
    """What the client library makes of a Python value, at a tenth of its price."""
    if isinstance(plain, Mapping):
        return Value(map_value={"fields": {name: as_value(value) for name, value in plain.items()}})
    if isinstance(plain, list):
        return Value(array_value={"values": [as_value(value) for value in plain]})
    return _scalar(plain)


@lru_cache(maxsize=1 << 17, typed=True)
def _scalar(plain: Any) -> Value:
    if plain is None:
        return Value(null_value=0)
    if isinstance(plain, bool):
        return Value(boolean_value=plain)
    if isinstance(plain, int):
        return Value(integer_value=plain)
    if isinstance(plain, float):
        return Value(double_value=plain)
    if isinstance(plain, datetime):
        return Value(timestamp_value=timestamp(round(plain.timestamp() * 1_000_000)))
    return Value(string_value=plain)
