"""SQLite for what must survive a kill -9."""

from __future__ import annotations

import sqlite3
from pathlib import Path


def open_durable(file: Path, schema: str) -> sqlite3.Connection:
    """The connection to `file`, which is made with the tables of `schema` where they are missing.

    Each statement is a transaction of its own unless one is begun, and in the write-ahead log when it returns: it
    outlives the process, if not a power cut.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.executescript(schema)
    return connection
