"""Triggers, and the events that are on their way, in one SQLite file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from infra.local.durable import open_durable

_SCHEMA = """
CREATE TABLE IF NOT EXISTS triggers (name TEXT PRIMARY KEY, resource TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS events (
    event INTEGER PRIMARY KEY AUTOINCREMENT, trigger TEXT NOT NULL, id TEXT NOT NULL, attributes TEXT NOT NULL,
    content_type TEXT NOT NULL, data BLOB NOT NULL, taken REAL NOT NULL, failures INTEGER NOT NULL DEFAULT 0,
    dead INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS events_of_trigger ON events (trigger, dead, event);
CREATE UNIQUE INDEX IF NOT EXISTS events_once ON events (trigger, id);
"""


class NewEvent(NamedTuple):
    """An event for a trigger, as its change made it."""

    trigger: str
    attributes: Mapping[str, str]
    content_type: str
    data: bytes


class Event(NamedTuple):
    """An event under way: `number` is its place, `taken` when its 24 hours began, `failures` its attempts so far."""

    number: int
    attributes: dict[str, str]
    content_type: str
    data: bytes
    taken: float
    failures: int


class Store:
    """What must survive a kill -9; writes are on disk, in the write-ahead log, when a method returns."""

    def __init__(self, file: Path) -> None:
        self._db = open_durable(file, _SCHEMA)

    def close(self) -> None:
        self._db.close()

    def triggers(self) -> dict[str, dict[str, Any]]:
        return {name: json.loads(text) for name, text in self._db.execute("SELECT name, resource FROM triggers")}

    def save(self, name: str, resource: Mapping[str, Any]) -> None:
        self._db.execute("INSERT OR REPLACE INTO triggers VALUES (?, ?)", (name, json.dumps(resource)))

    def remove(self, name: str) -> None:
        """Delete a trigger and its undelivered events."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("DELETE FROM events WHERE trigger = ?", (name,))
            self._db.execute("DELETE FROM triggers WHERE name = ?", (name,))

    def take_over(self, events: Iterable[NewEvent], now: float) -> list[tuple[str, int]]:
        """Store events, all or none; returns (trigger, number) of each.

        An event that is still under way is not stored again: after a crash, a feed tells its last changes twice.
        """
        added: list[tuple[str, int]] = []
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            for trigger, attributes, content_type, data in events:
                cursor = self._db.execute(
                    "INSERT OR IGNORE INTO events (trigger, id, attributes, content_type, data, taken)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    (trigger, attributes["id"], json.dumps(dict(attributes)), content_type, data, now),
                )
                if cursor.rowcount and cursor.lastrowid is not None:
                    added.append((trigger, cursor.lastrowid))
        return added

    def undelivered(self, trigger: str) -> list[int]:
        rows = self._db.execute("SELECT event FROM events WHERE trigger = ? AND dead = 0 ORDER BY event", (trigger,))
        return [row[0] for row in rows]

    def event(self, number: int) -> Event | None:
        row = self._db.execute(
            "SELECT event, attributes, content_type, data, taken, failures FROM events WHERE event = ?", (number,)
        ).fetchone()
        return Event(row[0], json.loads(row[1]), *row[2:]) if row else None

    def delivered(self, number: int) -> None:
        self._db.execute("DELETE FROM events WHERE event = ?", (number,))

    def failed(self, number: int, *, dead: bool) -> None:
        self._db.execute("UPDATE events SET failures = failures + 1, dead = ? WHERE event = ?", (dead, number))

    def forget_dead(self, before: float) -> None:
        """Drop dead events that were taken over before `before`."""
        self._db.execute("DELETE FROM events WHERE dead = 1 AND taken < ?", (before,))
