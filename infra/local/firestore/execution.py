"""Running a query: each collection and conjunction walked by its own plan, merged, and cut to the part asked for."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import groupby, islice

from infra.local.firestore.plan import rows_in_order
from infra.local.firestore.query import Query
from infra.local.firestore.reader import Reader
from infra.local.firestore.rows import Row
from infra.local.firestore.scan import Scan


def run_query(reader: Reader, query: Query) -> Iterator[Row]:
    """The query's results, in order. The iterator reads as it goes: exhaust it before anything is written."""
    rows = _within_cursors(_merged(reader, query), query)
    end = None if query.limit is None else query.offset + query.limit
    return islice(rows, query.offset, end)


def _merged(reader: Reader, query: Query) -> Iterator[Row]:
    collections = reader.collections(query.parent, query.collection_id, query.all_descendants)
    streams = [
        rows_in_order(Scan(reader, key, collection), conjunction, query)
        for key, collection in collections
        for conjunction in query.conjunctions
    ]
    if len(streams) == 1:
        yield from streams[0]
        return
    keyed = [_keyed(stream, query) for stream in streams]
    # A document that satisfies several conjunctions comes out of several streams, side by side.
    for _, same in groupby(heapq.merge(*keyed, key=_sort_key), key=_sort_key):
        yield next(same)[1]


def _keyed(rows: Iterator[Row], query: Query) -> Iterator[tuple[tuple[bytes, ...], Row]]:
    return ((key, row) for row in rows if (key := row.sort_key(query.orders)) is not None)


def _sort_key(keyed: tuple[tuple[bytes, ...], Row]) -> tuple[bytes, ...]:
    return keyed[0]


def _within_cursors(rows: Iterator[Row], query: Query) -> Iterator[Row]:
    if query.start is None and query.end is None:
        yield from rows
        return
    for row in rows:
        key = row.sort_key(query.orders) or ()
        if query.start is not None and query.start.is_behind(key):
            continue
        if query.end is not None and not query.end.is_behind(key):
            return
        yield row
