"""Jobs and what is due, in SQLite: every answer that a caller got survives a kill -9."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from infra.local.durable import open_durable
from infra.local.scheduler.errors import JobExists, JobMissing
from infra.local.scheduler.wire import Job

_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (name TEXT PRIMARY KEY, job BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS executions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job TEXT NOT NULL REFERENCES jobs (name) ON DELETE CASCADE,
    forced INTEGER NOT NULL,
    scheduled REAL NOT NULL,
    due REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    first_attempt REAL NOT NULL DEFAULT 0,
    UNIQUE (job, forced)
);
CREATE INDEX IF NOT EXISTS executions_by_due ON executions (due);
"""
_COLUMNS = "id, job, forced, scheduled, due, attempts, first_attempt"


@dataclass(frozen=True, slots=True)
class Execution:
    """One run of a job, from its moment through its retries. `forced` ones come from RunJob, beside the schedule's.

    `scheduled` is the moment it stands for and `due` the moment of its next attempt, in seconds since the epoch.
    """

    id: int
    job: str
    forced: bool
    scheduled: float
    due: float
    attempts: int
    first_attempt: float


class JobStore:
    """All access to the database; each method is one transaction."""

    def __init__(self, folder: Path) -> None:
        self._db = open_durable(folder / "scheduler.sqlite3", _SCHEMA)

    def close(self) -> None:
        self._db.close()

    def create(self, job: Job, due: float) -> None:
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._db.execute("INSERT INTO jobs VALUES (?, ?)", (job.name, job.SerializeToString()))
            except sqlite3.IntegrityError as taken:
                raise JobExists(job.name) from taken
            self._insert_execution(job.name, False, due)

    def get(self, name: str) -> Job:
        row = self._db.execute("SELECT job FROM jobs WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise JobMissing(name)
        return Job.FromString(row[0])

    def page(self, parent: str, after: str, limit: int) -> list[Job]:
        """Up to `limit` jobs under `parent` whose names sort behind `after`."""
        prefix = f"{parent}/jobs/"
        rows = self._db.execute(
            "SELECT job FROM jobs WHERE name > ? AND name < ? ORDER BY name LIMIT ?",
            (max(prefix, after), prefix + "\x7f", limit),
        )
        return [Job.FromString(row[0]) for row in rows]

    def replace(self, job: Job, due: float | None) -> None:
        """Store the job anew; its scheduled execution starts over at `due`, or ends where `due` is None."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._save(job)
            self._db.execute("DELETE FROM executions WHERE job = ? AND NOT forced", (job.name,))
            if due is not None:
                self._insert_execution(job.name, False, due)

    def save(self, job: Job) -> None:
        """Store the job, its executions as they are."""
        with self._db:
            self._save(job)

    def delete(self, name: str) -> None:
        if self._db.execute("DELETE FROM jobs WHERE name = ?", (name,)).rowcount == 0:
            raise JobMissing(name)

    def force(self, name: str, now: float) -> None:
        """Make the job due now beside its schedule; a forced run that still waits is replaced by this one."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("DELETE FROM executions WHERE job = ? AND forced", (name,))
            self._insert_execution(name, True, now)

    def pending(self, except_for: Collection[int] = ()) -> list[Execution]:
        """Every execution, the earliest due first."""
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM executions ORDER BY due, id")  # noqa: S608 - constant
        executions = (Execution(row[0], row[1], bool(row[2]), *row[3:]) for row in rows)
        return [execution for execution in executions if execution.id not in except_for]

    def begin_attempt(self, execution: Execution, job: Job, now: float) -> None:
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute(
                "UPDATE executions SET attempts = attempts + 1,"
                " first_attempt = CASE WHEN attempts = 0 THEN ? ELSE first_attempt END WHERE id = ?",
                (now, execution.id),
            )
            self._save(job)

    def end_attempt(self, execution: Execution, job: Job, retry: float | None, following: float | None) -> None:
        """Keep the outcome and arm what follows: a retry, else the schedule's next moment, else nothing."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._save(job)
            if retry is not None:
                self._db.execute("UPDATE executions SET due = ? WHERE id = ?", (retry, execution.id))
                return
            gone = self._db.execute("DELETE FROM executions WHERE id = ?", (execution.id,)).rowcount == 0
            if following is not None and not gone:
                self._insert_execution(job.name, execution.forced, following)

    def _save(self, job: Job) -> None:
        self._db.execute("UPDATE jobs SET job = ? WHERE name = ?", (job.SerializeToString(), job.name))

    def _insert_execution(self, name: str, forced: bool, due: float) -> None:
        self._db.execute(
            "INSERT INTO executions (job, forced, scheduled, due) VALUES (?, ?, ?, ?)", (name, forced, due, due)
        )
