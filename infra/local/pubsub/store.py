"""What must survive a kill -9, in one SQLite file.

A message lives as long as something holds it: a subscription that has not acknowledged it (or retains what it has), a
snapshot, or a topic with a retention of its own. Writes are on disk, in the write-ahead log, when a method returns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from infra.local.durable import open_durable

_SCHEMA = """
CREATE TABLE IF NOT EXISTS resources (
    holder INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, name TEXT NOT NULL UNIQUE, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS messages (
    message INTEGER PRIMARY KEY, published REAL NOT NULL, ordering_key TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS holds (
    holder INTEGER NOT NULL, message INTEGER NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0, acknowledged INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (holder, message)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS holds_of_message ON holds (message);
"""
_DROP_UNHELD = """
DELETE FROM messages WHERE message = ? AND NOT EXISTS (SELECT 1 FROM holds WHERE holds.message = messages.message)
"""


class Resource(NamedTuple):
    """A topic, subscription or snapshot as stored: its number as a holder of messages, and its serialised message."""

    holder: int
    name: str
    body: bytes


class Message(NamedTuple):
    """A published message; `body` is the serialised PubsubMessage."""

    message: int
    published: float
    ordering_key: str
    body: bytes


class Pending(NamedTuple):
    """A message that a subscription has not acknowledged, with its failed deliveries so far."""

    message: int
    ordering_key: str
    failures: int


class Store:
    """The resources, the messages, and who holds which."""

    def __init__(self, file: Path) -> None:
        self._db = open_durable(file, _SCHEMA)

    def close(self) -> None:
        self._db.close()

    def resources(self, kind: str) -> list[Resource]:
        rows = self._db.execute("SELECT holder, name, body FROM resources WHERE kind = ? ORDER BY holder", (kind,))
        return [Resource(*row) for row in rows]

    def save(self, kind: str, name: str, body: bytes) -> int:
        """Create or replace a resource; returns its holder number."""
        self._db.execute(
            "INSERT INTO resources (kind, name, body) VALUES (?, ?, ?)"
            " ON CONFLICT (name) DO UPDATE SET body = excluded.body",
            (kind, name, body),
        )
        (holder,) = self._db.execute("SELECT holder FROM resources WHERE name = ?", (name,)).fetchone()
        return int(holder)

    def remove(self, holder: int) -> None:
        """Delete a resource and let go of all that it holds."""
        with self._transaction():
            self._let_go(
                holder, [row[0] for row in self._db.execute("SELECT message FROM holds WHERE holder = ?", (holder,))]
            )
            self._db.execute("DELETE FROM resources WHERE holder = ?", (holder,))

    def last_message(self) -> int:
        (last,) = self._db.execute("SELECT coalesce(max(message), 0) FROM messages").fetchone()
        return int(last)

    def add(
        self, messages: Sequence[Message], holds: Sequence[tuple[int, int]], moved: tuple[int, int] | None = None
    ) -> None:
        """Store new messages, each held by the (holder, message) pairs; let go of `moved`, which they stand for."""
        with self._transaction():
            self._db.executemany("INSERT INTO messages VALUES (?, ?, ?, ?)", messages)
            self._db.executemany("INSERT INTO holds (holder, message) VALUES (?, ?)", holds)
            if moved is not None:
                self._let_go(moved[0], [moved[1]])

    def body(self, message: int) -> bytes | None:
        row = self._db.execute("SELECT body FROM messages WHERE message = ?", (message,)).fetchone()
        return row[0] if row else None

    def acknowledge(self, holder: int, messages: Sequence[int], *, retain: bool) -> None:
        with self._transaction():
            if retain:
                self._db.executemany(
                    "UPDATE holds SET acknowledged = 1, failures = 0 WHERE holder = ? AND message = ?",
                    [(holder, message) for message in messages],
                )
            else:
                self._let_go(holder, messages)

    def count_failure(self, holder: int, message: int) -> None:
        self._db.execute("UPDATE holds SET failures = failures + 1 WHERE holder = ? AND message = ?", (holder, message))

    def pending(self, holder: int) -> list[Pending]:
        """What a subscription has not acknowledged, oldest first."""
        rows = self._db.execute(
            "SELECT message, ordering_key, failures FROM holds JOIN messages USING (message)"
            " WHERE holder = ? AND acknowledged = 0 ORDER BY message",
            (holder,),
        )
        return [Pending(*row) for row in rows]

    def held_since(self, holder: int, moment: float) -> Iterator[tuple[int, bytes]]:
        """Messages (acknowledged or not) that were published at `moment` or later, with their bodies."""
        yield from self._db.execute(
            "SELECT message, body FROM holds JOIN messages USING (message) WHERE holder = ? AND published >= ?",
            (holder, moment),
        )

    def oldest_pending(self, holder: int) -> float | None:
        """When the oldest unacknowledged message was published."""
        (oldest,) = self._db.execute(
            "SELECT min(published) FROM holds JOIN messages USING (message) WHERE holder = ? AND acknowledged = 0",
            (holder,),
        ).fetchone()
        return oldest if oldest is None else float(oldest)

    def copy_pending(self, source: int, target: int) -> None:
        """Let `target` hold what `source` has not acknowledged."""
        self._db.execute(
            "INSERT OR IGNORE INTO holds (holder, message)"
            " SELECT ?, message FROM holds WHERE holder = ? AND acknowledged = 0",
            (target, source),
        )

    def reset(self, holder: int, wanted: Iterable[int], *, retain: bool) -> None:
        """Make exactly `wanted` the holder's unacknowledged messages; the others are acknowledged."""
        with self._transaction():
            wanted = list(wanted)
            rows = self._db.execute("SELECT message FROM holds WHERE holder = ? AND acknowledged = 0", (holder,))
            self._db.execute("UPDATE holds SET acknowledged = 1, failures = 0 WHERE holder = ?", (holder,))
            unwanted = [] if retain else sorted({row[0] for row in rows.fetchall()} - set(wanted))
            self._db.executemany(
                "INSERT INTO holds (holder, message) VALUES (?, ?)"
                " ON CONFLICT (holder, message) DO UPDATE SET acknowledged = 0",
                [(holder, message) for message in wanted],
            )
            self._let_go(holder, unwanted)

    def expire(self, holder: int, before: float) -> list[int]:
        """Let go of what was published before `before`; returns those messages."""
        rows = self._db.execute(
            "SELECT message FROM holds JOIN messages USING (message) WHERE holder = ? AND published < ?",
            (holder, before),
        )
        expired = [row[0] for row in rows]
        if expired:
            with self._transaction():
                self._let_go(holder, expired)
        return expired

    def _let_go(self, holder: int, messages: Sequence[int]) -> None:
        self._db.executemany(
            "DELETE FROM holds WHERE holder = ? AND message = ?", [(holder, message) for message in messages]
        )
        self._db.executemany(_DROP_UNHELD, [(message,) for message in messages])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")
