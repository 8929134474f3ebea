"""The SQL that walks one collection: along a field's index or along the names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from infra.local.firestore.filters import Range
from infra.local.firestore.paths import Collection
from infra.local.firestore.reader import Reader
from infra.local.firestore.rows import Row

# The index decides what is walked, in its order: CROSS JOIN keeps SQLite from turning the loops around.
_ALONG_INDEX = (
    "SELECT e.value, d.id, d.body FROM entries e CROSS JOIN documents d ON d.collection = e.collection AND d.id = e.id"
    " WHERE e.collection = ? AND e.field = ? AND e.element = ? AND e.value BETWEEN ? AND ?"
)
_ALONG_NAMES = "SELECT x'', d.id, d.body FROM documents d WHERE d.collection = ?"
_ALSO_AT = (
    " AND EXISTS (SELECT 1 FROM entries WHERE collection = d.collection AND field = ? AND element = ? AND value = ?"
    " AND id = d.id)"
)
_COUNT = (
    "SELECT count(*) FROM (SELECT 1 FROM entries d WHERE d.collection = ? AND d.field = ? AND d.element = ?"
    " AND d.value BETWEEN ? AND ?{also} LIMIT ?)"
)


@dataclass(frozen=True, slots=True)
class Scan:
    """One collection, as one reader sees it."""

    reader: Reader
    key: int
    collection: Collection

    def count(self, stretch: Range, most: int, points: Sequence[Range] = ()) -> int:
        """How many entries `stretch` holds of documents that lie on all `points`, counted up to `most`."""
        arguments: list[object] = [self.key, stretch.field, stretch.element, stretch.low, stretch.high]
        arguments += [part for point in points for part in (point.field, point.element, point.low)]
        sql = _COUNT.format(also=_ALSO_AT * len(points))
        return int(self.reader.connection.execute(sql, (*arguments, most)).fetchone()[0])

    def along_index(
        self, stretch: Range, points: Sequence[Range], descending: bool, skipped: Sequence[bytes] = ()
    ) -> Iterator[tuple[bytes, Row]]:
        """Rows of `stretch` by value and name, each with its indexed value; only those that lie on all `points`.

        Entries of the values `skipped` are passed over before their documents are looked at.
        """
        way = "DESC" if descending else "ASC"
        arguments: list[object] = [self.key, stretch.field, stretch.element, stretch.low, stretch.high]
        sql = _ALONG_INDEX
        if skipped:
            sql += f" AND e.value NOT IN ({', '.join('?' * len(skipped))})"
            arguments += skipped
        return self._rows(sql, arguments, points, f" ORDER BY e.value {way}, e.id {way}")

    def along_names(
        self, low: str | None, high: str | None, points: Sequence[Range], descending: bool
    ) -> Iterator[tuple[bytes, Row]]:
        """Rows with ids from `low` to `high`, both included, None for no bound; only those that lie on all `points`."""
        sql, arguments = _ALONG_NAMES, list[object]([self.key])
        for sign, bound in ((">=", low), ("<=", high)):
            if bound is not None:
                sql += f" AND d.id {sign} ?"
                arguments += [bound]
        return self._rows(sql, arguments, points, f" ORDER BY d.id {'DESC' if descending else 'ASC'}")

    def _rows(
        self, sql: str, arguments: list[object], points: Sequence[Range], order: str
    ) -> Iterator[tuple[bytes, Row]]:
        for point in points:
            sql += _ALSO_AT
            arguments += [point.field, point.element, point.low]
        for value, document_id, body in self.reader.connection.execute(sql + order, arguments):
            yield value, Row(self.collection, document_id, body)
