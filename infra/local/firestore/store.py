"""The one writer of the database file: transactions, times that only grow, document rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.clock import Clock
from infra.local.firestore.paths import Collection, DocumentPath
from infra.local.firestore.reader import Known, Reader
from infra.local.firestore.schema import open_database, open_snapshot


class Store:
    """Firestore's state on disk. SQLite is called on the event loop: its calls take microseconds, a thread hop takes
    longer, and one thread makes every commit atomic towards every other request without a lock.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._known = Known()
        self.connection = open_database(folder)
        self.latest = Reader(self.connection, self._known)
        (self.last_commit,) = self.connection.execute("SELECT last_commit FROM state").fetchone()
        self._told: int = self.last_commit

    def close(self) -> None:
        self.connection.close()

    def snapshot(self) -> Reader:
        """A reader of the state as it is now; whoever takes it closes its connection."""
        return Reader(open_snapshot(self._folder), self._known)

    def read_time(self) -> int:
        """A time, in microseconds, at which every commit so far is seen and none that follows."""
        self._told = max(int(self._clock.now() * 1_000_000), self._told)
        return self._told

    @contextmanager
    def commit(self) -> Iterator[int]:
        """One SQLite transaction, given its commit time: later than every time told so far."""
        moment = max(int(self._clock.now() * 1_000_000), self._told + 1)
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield moment
            self.connection.execute("UPDATE state SET last_commit = ?", (moment,))
            self.connection.execute("COMMIT")
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.last_commit = self._told = moment

    def intern(self, collection: Collection) -> int:
        """The key of `collection`, given now if it has none. Not for use inside `commit`: a rollback would undo it."""
        key = self.latest.key_of(collection)
        if key is None:
            row = self.connection.execute(
                "INSERT INTO collections (database, id, parent) VALUES (?, ?, ?) RETURNING key",
                (collection.database, collection.id, collection.parent),
            ).fetchone()
            key = self._known.keys[collection] = int(row[0])
        return key

    def put(self, key: int, path: DocumentPath, update_time: int, body: bytes) -> None:
        """Write a document into the collection of that key, inside `commit`."""
        self.connection.execute(
            "INSERT INTO documents (collection, id, update_time, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (collection, id) DO UPDATE SET update_time = excluded.update_time, body = excluded.body",
            (key, path.id, update_time, body),
        )

    def remove(self, key: int, path: DocumentPath) -> None:
        """Remove a document from the collection of that key, inside `commit`."""
        self.connection.execute("DELETE FROM documents WHERE collection = ? AND id = ?", (key, path.id))
