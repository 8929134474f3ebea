"""Streaming inserts that share a request: rows that arrive within 10 ms of each other travel in one insertAll."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final

from shared_layer.core.settings import settings
from shared_layer.storage.gcp_clients import bigquery
from shared_layer.storage.warehouse import Table, table_id

GATHER_SECONDS: Final = 0.01
MOST_ROWS: Final = 500
MOST_CHARACTERS: Final = 4 << 20  # of the rows' longest texts; BigQuery takes requests of 10 MB
RETRY_SECONDS: Final = 20.0
ATTEMPT_SECONDS: Final = 10.0


class RowRefused(Exception):
    """BigQuery took the request but not this row; the text holds its reasons."""


@dataclass(slots=True)
class _Batch:
    loop: asyncio.AbstractEventLoop
    rows: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    waiters: list[asyncio.Future[None]] = field(default_factory=list)
    characters: int = 0
    timer: asyncio.TimerHandle | None = None


class RowBatches:
    """Inserts into one table. Each caller waits for its own row and learns of its own row's failure."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._open: _Batch | None = None
        self._sending: set[asyncio.Task[None]] = set()

    async def insert(self, row: dict[str, Any], row_id: str) -> None:
        """Return once the row is in the table; a row with an id that came a moment ago is not inserted again.

        Raises RowRefused, or what Google's client raises where the whole request failed.
        """
        batch = self._joined()
        waiter: asyncio.Future[None] = batch.loop.create_future()
        batch.rows.append(row)
        batch.ids.append(row_id)
        batch.waiters.append(waiter)
        batch.characters += max(len(value) for value in row.values() if isinstance(value, str))
        if len(batch.rows) >= MOST_ROWS or batch.characters >= MOST_CHARACTERS:
            self._send(batch)
        await waiter

    def _joined(self) -> _Batch:
        """The batch that is being gathered."""
        loop = asyncio.get_running_loop()
        if self._open is None or self._open.loop is not loop:
            self._open = batch = _Batch(loop)
            batch.timer = loop.call_later(GATHER_SECONDS, self._send, batch)
        return self._open

    def _send(self, batch: _Batch) -> None:
        if batch.timer is not None:
            batch.timer.cancel()
        if self._open is batch:
            self._open = None
        task = batch.loop.create_task(self._insert(batch))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _insert(self, batch: _Batch) -> None:
        try:
            errors = await asyncio.to_thread(_insert_all, self._table, batch.rows, batch.ids)
        except Exception as error:  # noqa: BLE001 (handed to every caller that waits)
            for waiter in batch.waiters:
                if not waiter.done():
                    waiter.set_exception(error)
            return
        for index, waiter in enumerate(batch.waiters):
            if waiter.done():
                continue
            if index in errors:
                waiter.set_exception(RowRefused(errors[index]))
            else:
                waiter.set_result(None)


def _insert_all(table: Table, rows: list[dict[str, Any]], ids: list[str]) -> dict[int, str]:
    """One insertAll; the reasons for each row that was refused. Good rows are taken beside bad ones."""
    from google.cloud.bigquery.retry import DEFAULT_RETRY

    found = bigquery().insert_rows_json(
        table_id(settings().project, table),
        rows,
        row_ids=ids,
        skip_invalid_rows=True,
        retry=DEFAULT_RETRY.with_timeout(RETRY_SECONDS),
        timeout=ATTEMPT_SECONDS,
    )
    return {
        entry["index"]: "; ".join(f"{e.get('location')}: {e.get('message')}" for e in entry["errors"])
        for entry in found
    }
