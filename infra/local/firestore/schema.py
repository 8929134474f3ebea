"""The tables of the database file, and how a connection to it is opened."""

from __future__ import annotations

import sqlite3
from pathlib import Path

FILE_NAME = "firestore.sqlite3"

# `entries` is ordered as queries read it: within a collection and a field by value, then by document id, which is the
# order that Firestore breaks ties by. `element` is 1 for an array's elements, 0 for whole values.
_TABLES = """
CREATE TABLE IF NOT EXISTS collections (
    key INTEGER PRIMARY KEY,
    database TEXT NOT NULL,
    id TEXT NOT NULL,
    parent TEXT NOT NULL,
    UNIQUE (database, id, parent)
);
CREATE INDEX IF NOT EXISTS collections_by_parent ON collections (database, parent);
CREATE TABLE IF NOT EXISTS documents (
    key INTEGER PRIMARY KEY,
    collection INTEGER NOT NULL,
    id TEXT NOT NULL,
    update_time INTEGER NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (collection, id)
);
CREATE TABLE IF NOT EXISTS entries (
    collection INTEGER NOT NULL,
    field TEXT NOT NULL,
    element INTEGER NOT NULL,
    value BLOB NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (collection, field, element, value, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state (
    key INTEGER PRIMARY KEY CHECK (key = 0),
    last_commit INTEGER NOT NULL
);
INSERT OR IGNORE INTO state VALUES (0, 0);
CREATE TABLE IF NOT EXISTS changes (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    database TEXT NOT NULL,
    path TEXT NOT NULL,
    time INTEGER NOT NULL,
    data BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS watched (pattern TEXT PRIMARY KEY) WITHOUT ROWID;
"""


def open_database(folder: Path) -> sqlite3.Connection:
    """The writing connection; the file and its tables are made where they are missing."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = _connect(folder)
    connection.execute("PRAGMA journal_mode = WAL")
    # NORMAL hands every commit to the operating system at once: it outlives the process, if not a power cut.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -16384")
    # A checkpoint is the one thing here that waits for the disk: let it be rare.
    connection.execute("PRAGMA wal_autocheckpoint = 4000")
    connection.executescript(_TABLES)
    return connection


def open_snapshot(folder: Path) -> sqlite3.Connection:
    """A reading connection that sees, until it is closed, the database as it is now."""
    connection = _connect(folder)
    connection.execute("PRAGMA query_only = ON")
    connection.execute("BEGIN")
    # WAL fixes what a transaction sees at its first read, not at BEGIN.
    connection.execute("SELECT last_commit FROM state").fetchone()
    return connection


def _connect(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / FILE_NAME, isolation_level=None, check_same_thread=False, cached_statements=256)
