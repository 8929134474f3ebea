"""Reading documents and collections, from the latest state or from a snapshot of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field

from infra.local.firestore.paths import Collection, DocumentPath, Parent


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document as it lies in the file: `body` is the serialized `Document` that clients are sent."""

    path: DocumentPath
    update_time: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Known:
    """What every reader of a file may remember: collections' keys, which never change once given, and their sizes,
    each with the number of rows that the file had been given when it was counted.
    """

    keys: dict[Collection, int] = field(default_factory=dict)
    sizes: dict[int, tuple[int, int]] = field(default_factory=dict)


class Reader:
    """Reads through one connection."""

    def __init__(self, connection: sqlite3.Connection, known: Known) -> None:
        self.connection = connection
        self._known = known

    def key_of(self, collection: Collection) -> int | None:
        """The number that rows know `collection` by; None where it never held a document."""
        key = self._known.keys.get(collection)
        if key is None:
            row = self.connection.execute(
                "SELECT key FROM collections WHERE database = ? AND id = ? AND parent = ?",
                (collection.database, collection.id, collection.parent),
            ).fetchone()
            if row is None:
                return None
            key = self._known.keys[collection] = row[0]
        return key

    def about(self, key: int) -> int:
        """About how many documents the collection of that key holds: counted once, and when the file grew by half."""
        (rows,) = self.connection.execute("SELECT coalesce(max(key), 0) FROM documents").fetchone()
        size, then = self._known.sizes.get(key, (0, -1))
        if not then <= rows <= then * 3 // 2:
            (size,) = self.connection.execute("SELECT count(*) FROM documents WHERE collection = ?", (key,)).fetchone()
            self._known.sizes[key] = (size, rows)
        return size

    def get(self, path: DocumentPath) -> StoredDocument | None:
        key = self.key_of(path.collection)
        if key is None:
            return None
        row = self.connection.execute(
            "SELECT update_time, body FROM documents WHERE collection = ? AND id = ?", (key, path.id)
        ).fetchone()
        return None if row is None else StoredDocument(path, row[0], row[1])

    def collections(self, parent: Parent, collection_id: str, all_descendants: bool) -> list[tuple[int, Collection]]:
        """The collections that a query reads, with their keys; an empty `collection_id` stands for any."""
        if collection_id and not all_descendants:
            collection = parent.collection(collection_id)
            key = self.key_of(collection)
            return [] if key is None else [(key, collection)]
        rows = self._under(parent, all_descendants, collection_id)
        return [(key, Collection(parent.database, f"{above}/{name}" if above else name)) for key, above, name in rows]

    def collection_ids(self, parent: Parent) -> list[str]:
        """The ids of the collections right under `parent` that hold a document at some depth, in order."""
        depth = parent.path.count("/") + 1 if parent.path else 0
        found = {
            f"{above}/{name}".split("/")[depth] if above else name
            for key, above, name in self._under(parent, all_descendants=True, collection_id="")
            if self._occupied(key)
        }
        return sorted(found)

    def missing_documents(self, collection: Collection) -> set[str]:
        """Ids in `collection` that no document has, but that documents hang under."""
        depth = collection.path.count("/") + 1
        prefix = collection.path + "/"
        rows = self.connection.execute(
            "SELECT key, parent FROM collections WHERE database = ? AND parent > ? AND parent < ?",
            (collection.database, prefix, collection.path + "0"),
        ).fetchall()
        found = {parent.split("/")[depth] for key, parent in rows if self._occupied(key)}
        key = self.key_of(collection)
        return {i for i in found if key is None or not self._exists(key, i)}

    def _under(self, parent: Parent, all_descendants: bool, collection_id: str) -> Iterator[tuple[int, str, str]]:
        sql = "SELECT key, parent, id FROM collections WHERE database = ?"
        arguments: list[str] = [parent.database]
        if not all_descendants:
            sql += " AND parent = ?"
            arguments += [parent.path]
        elif parent.path:
            # "0" is the character behind "/".
            sql += " AND (parent = ? OR (parent > ? AND parent < ?))"
            arguments += [parent.path, parent.path + "/", parent.path + "0"]
        if collection_id:
            sql += " AND id = ?"
            arguments += [collection_id]
        return iter(self.connection.execute(sql, arguments).fetchall())

    def _occupied(self, key: int) -> bool:
        return (
            self.connection.execute("SELECT 1 FROM documents WHERE collection = ? LIMIT 1", (key,)).fetchone()
            is not None
        )

    def _exists(self, key: int, document_id: str) -> bool:
        row = self.connection.execute("SELECT 1 FROM documents WHERE collection = ? AND id = ?", (key, document_id))
        return row.fetchone() is not None
