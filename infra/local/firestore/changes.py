"""The log of document changes: written with the documents, read by Eventarc as the CloudEvents that Google sends."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from infra.local.changes import Change
from infra.local.firestore.events import DocumentChange
from infra.local.firestore.patterns import compile_pattern
from infra.local.firestore.store import Store

_CONTENT_TYPE = "application/protobuf"
_TYPE_PREFIX = "google.cloud.firestore.document.v1."
_LOCATION = "nam5"
_ROW = "position, id, type, database, path, time, data"


class ChangeLog:
    """A `ChangeFeed` over the `changes` table. Only paths that a watched pattern matches are logged."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._grown = asyncio.Event()
        self._watched = self._load()

    def watch(self, patterns: Sequence[str]) -> None:
        """Log, from now on and over restarts, the documents that one of `patterns` matches, and no others."""
        with self._store.commit():
            self._store.connection.execute("DELETE FROM watched")
            self._store.connection.executemany("INSERT OR IGNORE INTO watched VALUES (?)", [(p,) for p in patterns])
        self._watched = self._load()

    def wants(self, path: str) -> bool:
        """Whether a change of the document at `path` is to be logged."""
        return any(pattern.fullmatch(path) for pattern in self._watched)

    def append(self, change: DocumentChange, moment: int) -> None:
        """Log `change` in the SQLite transaction that is open."""
        self._store.connection.execute(
            "INSERT INTO changes (id, type, database, path, time, data) VALUES (?, ?, ?, ?, ?, ?)",
            (str(uuid.uuid4()), change.kind, change.path.collection.database, change.path.path, moment, change.data()),
        )

    def announce(self) -> None:
        """Wake those who wait, once the transaction is committed."""
        self._grown.set()
        self._grown = asyncio.Event()

    def changes_after(self, position: int, limit: int) -> Sequence[Change]:
        rows = self._store.connection.execute(
            f"SELECT {_ROW} FROM changes WHERE position > ? ORDER BY position LIMIT ?",  # noqa: S608 - a constant
            (position, limit),
        )
        return [_change(*row) for row in rows]

    async def wait_beyond(self, position: int) -> None:
        while True:
            grown = self._grown
            (last,) = self._store.connection.execute("SELECT max(position) FROM changes").fetchone()
            if last is not None and last > position:
                return
            await grown.wait()

    def forget(self, position: int) -> None:
        self._store.connection.execute("DELETE FROM changes WHERE position <= ?", (position,))

    def _load(self) -> list[re.Pattern[str]]:
        return [compile_pattern(pattern) for (pattern,) in self._store.connection.execute("SELECT * FROM watched")]


def _change(position: int, event_id: str, kind: str, database: str, path: str, moment: int, data: bytes) -> Change:
    _, project, _, database_id = database.split("/")
    at = datetime.fromtimestamp(moment // 1_000_000, UTC)
    attributes = {
        "specversion": "1.0",
        "id": event_id,
        "type": _TYPE_PREFIX + kind,
        "source": f"//firestore.googleapis.com/{database}",
        "subject": f"documents/{path}",
        "time": f"{at:%Y-%m-%dT%H:%M:%S}.{moment % 1_000_000:06d}Z",
        "document": path,
        "project": project,
        "database": database_id,
        "namespace": "(default)",
        "location": _LOCATION,
    }
    return Change(position, attributes, _CONTENT_TYPE, data)
