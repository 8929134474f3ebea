"""The SQLite file that holds everything but the objects' bytes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.durable import open_durable

_SCHEMA = """
CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, resource TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS objects (
    bucket TEXT NOT NULL REFERENCES buckets (name),
    name TEXT NOT NULL,
    generation INTEGER NOT NULL,
    metageneration INTEGER NOT NULL,
    content TEXT NOT NULL,
    size INTEGER NOT NULL,
    crc32c TEXT NOT NULL,
    md5 TEXT,
    components INTEGER,
    created REAL NOT NULL,
    updated REAL NOT NULL,
    settings TEXT NOT NULL,
    PRIMARY KEY (bucket, name)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS objects_by_content ON objects (content);
CREATE TABLE IF NOT EXISTS generations (last INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY,
    bucket TEXT NOT NULL,
    name TEXT NOT NULL,
    settings TEXT NOT NULL,
    conditions TEXT NOT NULL,
    created REAL NOT NULL,
    finished INTEGER
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS changes (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    attributes TEXT NOT NULL,
    data BLOB NOT NULL
);
"""


class Database:
    """One connection, used from the event loop's thread only."""

    def __init__(self, folder: Path) -> None:
        self._connection = open_durable(folder / "storage.sqlite3", _SCHEMA)
        self._connection.row_factory = sqlite3.Row
        if self.row("SELECT last FROM generations") is None:
            self.execute("INSERT INTO generations VALUES (0)")

    def close(self) -> None:
        self._connection.close()

    def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
        return self._connection.execute(sql, values)

    def row(self, sql: str, *values: object) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
        return found

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; the caller must not await inside."""
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            yield
