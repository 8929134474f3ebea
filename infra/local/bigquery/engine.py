"""The DuckDB file: readers side by side, one writer, and a 200 only after the commit is on disk."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
# Nothing may be fetched from the network: an extension that is not in the wheel does not exist.
_CONFIG = {
    "memory_limit": "256MB",
    "threads": 2,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
_MACROS = Path(__file__).with_name("macros.sql")


class Engine:
    """Runs work on DuckDB off the event loop. Work is a function of a cursor; a write is one transaction."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "bigquery.duckdb"
        self._readers = ThreadPoolExecutor(3, "bigquery-read")
        self._writer = ThreadPoolExecutor(1, "bigquery-write")
        self._local = threading.local()
        self._database: Any = None
        self.after_rollback: Callable[[Any], None] = lambda _: None

    async def open(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._writer, self._open)

    async def close(self) -> None:
        await asyncio.to_thread(self._close)

    async def read(self, work: Callable[[Any], T]) -> T:
        """Run `work` beside other readers; it sees what was committed when each of its statements began."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, lambda: work(self._cursor()))

    async def write(self, work: Callable[[Any], T]) -> T:
        """Run `work` in a transaction of its own, after every write before it; return once it is durable."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._transaction, work)

    def _open(self) -> None:
        import duckdb

        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._database = duckdb.connect(str(self._path), config=dict(_CONFIG))
        self._database.execute("ATTACH ':memory:' AS bq")
        self._database.execute(_MACROS.read_text())
        self._database.execute("SET enable_external_access = false")

    def _close(self) -> None:
        self._writer.shutdown()
        self._readers.shutdown()
        if self._database is not None:
            self._database.close()

    def _cursor(self) -> Any:
        if not hasattr(self._local, "cursor"):
            self._local.cursor = self._database.cursor()
            self._local.cursor.execute("SET TimeZone = 'UTC'")
        return self._local.cursor

    def _transaction(self, work: Callable[[Any], T]) -> T:
        cursor = self._cursor()
        cursor.execute("BEGIN")
        try:
            result = work(cursor)
            cursor.execute("COMMIT")
        except BaseException:
            cursor.execute("ROLLBACK")
            self.after_rollback(cursor)
            raise
        return result
