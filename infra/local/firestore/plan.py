"""How one conjunction is answered from one collection: which index to walk, and what to check on the documents.

Three ways, tried in this order:
1. the order is by name: walk the rarest point (`==`, `array-contains`), whose entries lie in name order, or the names;
2. what lies on some stretch of another index, and on all points, is few: fetch it whole and sort;
3. walk the index of the first field of the order, which yields results in order, so that a limit stops it early.
What is few enough for 2 is what costs less than 3 would: of n documents, m of which match, 3 looks at limit * n / m to
find a page. So neither a common nor a rare term makes a page of a large collection dear, however long its lists are.
Equalities that are not walked are probed in SQL; what the index cannot decide exactly is checked on the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import isqrt
from operator import itemgetter

from infra.local.firestore.field_paths import format_field_path
from infra.local.firestore.filters import Conjunction, Operator, Predicate, Range
from infra.local.firestore.index import VALUE_BYTES, WHOLE
from infra.local.firestore.orders import Order
from infra.local.firestore.query import Query
from infra.local.firestore.rows import Row
from infra.local.firestore.scan import Scan
from infra.local.firestore.value_order import NULL, decode_name

# A stretch up to this long is sorted sooner than the order's own index is walked past what does not match.
_SMALL = 256
# Fetching and sorting a document costs as much as passing over so many that do not match.
_PASSED_OVER = 8
# How much more than few is still counted, to know which of several points is the rarest.
_TIMES_FEW = 16
_LAST = b"\xff"


def rows_in_order(scan: Scan, conjunction: Conjunction, query: Query) -> Iterator[Row]:
    """The rows of `scan` that satisfy `conjunction`, in the query's order; cursors are used, not enforced."""
    stretches = [stretch for predicate in conjunction if (stretch := predicate.range())]
    points = [stretch for stretch in stretches if stretch.is_point]
    residual = [p for p in conjunction if not ((stretch := p.range()) and stretch.is_exact)]
    first = query.orders[0]
    if first.by_name and points:
        rarest = points[0] if len(points) == 1 else min(points, key=lambda point: scan.count(point, _SMALL))
        found = scan.along_index(rarest, _without(points, rarest), first.descending)
        return _checked(found, residual)
    small = _smallest(scan, stretches, points, query)
    if small is not None:
        found = scan.along_index(small, _without(points, small), descending=False)
        return _sorted(_checked(found, residual), query.orders)
    if first.by_name:
        lows, highs = _names(conjunction, query)
        if _lies_beyond(scan, lows, highs):
            return iter(())
        low, high = max(_ids(scan, lows), default=None), min(_ids(scan, highs), default=None)
        return _checked(scan.along_names(low, high, points, first.descending), residual)
    stretch = _bounds(first, stretches, query)
    skipped = _skipped(first, conjunction)
    found = scan.along_index(stretch, _without(points, stretch), first.descending, skipped)
    return _ordered(found, residual, query.orders)


def _smallest(scan: Scan, stretches: Sequence[Range], points: Sequence[Range], query: Query) -> Range | None:
    """The stretch to fetch whole, if little lies on it; the order's own index needs no such help."""
    field = format_field_path(query.orders[0].path)
    others = [stretch for stretch in stretches if stretch.field != field or stretch.element != WHOLE]
    if not others:
        return None
    few = _few(scan, query)
    counted = [(scan.count(stretch, few * _TIMES_FEW), stretch) for stretch in others]
    count, stretch = min(counted, key=itemgetter(0))
    if count >= few and len(points) > 1:
        count = scan.count(stretch, few, _without(points, stretch))
    return stretch if count < few else None


def _few(scan: Scan, query: Query) -> int:
    """As many matches as are sooner fetched and sorted than a page of them is found along the order's index."""
    size = scan.reader.about(scan.key)
    wanted = size if query.limit is None else query.limit + query.offset
    return max(_SMALL, isqrt(wanted * size // _PASSED_OVER))


def _checked(found: Iterator[tuple[bytes, Row]], residual: Sequence[Predicate]) -> Iterator[Row]:
    return (row for _, row in found if not residual or row.satisfies(residual))


def _sorted(rows: Iterator[Row], orders: Sequence[Order]) -> Iterator[Row]:
    keyed = [(key, row) for row in rows if (key := row.sort_key(orders)) is not None]
    keyed.sort(key=itemgetter(0))
    return (row for _, row in keyed)


def _ordered(
    found: Iterator[tuple[bytes, Row]], residual: Sequence[Predicate], orders: Sequence[Order]
) -> Iterator[Row]:
    """Rows off the first order's index: complete order, unless further fields or cut-off values leave ties."""
    further = len(orders) > 2
    own = [p for p in residual if p.path == orders[0].path and p.operator is not Operator.CONTAINS]
    other = [p for p in residual if p not in own]
    for value, group in groupby(found, key=itemgetter(0)):
        if len(value) >= VALUE_BYTES:
            yield from _sorted(_checked(group, residual), orders)
        elif all(predicate.holds(value) for predicate in own):
            rows = _checked(group, other)
            yield from _sorted(rows, orders) if further else rows


def _skipped(first: Order, conjunction: Conjunction) -> list[bytes]:
    """The values that negations rule out on the first order's field; cut-off ones might stand for others too."""
    negations = [p for p in conjunction if p.path == first.path and p.operator is Operator.NONE_OF]
    return [key for p in negations for key in (*p.keys, NULL) if len(key) < VALUE_BYTES]


def _bounds(first: Order, stretches: Sequence[Range], query: Query) -> Range:
    """The part of the first order's index that filters and cursors leave."""
    field = format_field_path(first.path)
    own = [stretch for stretch in stretches if stretch.field == field and stretch.element == WHOLE]
    low = max((stretch.low for stretch in own), default=b"")
    high = min((stretch.high for stretch in own), default=_LAST)
    lower, upper = (query.end, query.start) if first.descending else (query.start, query.end)
    if lower is not None:
        low = max(low, lower.keys[0][:VALUE_BYTES])
    if upper is not None:
        high = min(high, upper.keys[0][:VALUE_BYTES])
    return Range(field, WHOLE, low, high)


def _names(conjunction: Conjunction, query: Query) -> tuple[list[bytes], list[bytes]]:
    """The lowest and the highest names that filters and cursors leave."""
    lows, highs = [], []
    for predicate in conjunction:
        if predicate.on_name and predicate.operator is not Operator.NONE_OF:
            if predicate.operator in (Operator.EQUAL, Operator.MORE, Operator.AT_LEAST):
                lows.append(predicate.keys[0])
            if predicate.operator in (Operator.EQUAL, Operator.LESS, Operator.AT_MOST):
                highs.append(predicate.keys[0])
    lower, upper = (query.end, query.start) if query.orders[0].descending else (query.start, query.end)
    if lower is not None:
        lows.append(lower.keys[0])
    if upper is not None:
        highs.append(upper.keys[0])
    return lows, highs


def _lies_beyond(scan: Scan, lows: list[bytes], highs: list[bytes]) -> bool:
    """Whether every name in the collection comes before one of `lows` or after one of `highs`."""
    own = scan.collection.path.split("/")

    def at_its_depth(key: bytes) -> list[str]:
        return decode_name(key).split("/")[: len(own)]

    return any(own < at_its_depth(low) for low in lows) or any(own > at_its_depth(high) for high in highs)


def _ids(scan: Scan, keys: Sequence[bytes]) -> list[str]:
    """The document ids of those names that lie in the scanned collection; others do not bound it simply."""
    split = (decode_name(key).rpartition("/") for key in keys)
    return [document_id for parent, _, document_id in split if parent == scan.collection.path]


def _without(points: Sequence[Range], walked: Range) -> list[Range]:
    return [point for point in points if point != walked]
