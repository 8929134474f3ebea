"""The parts of the local BigQuery, put together: what the routes call."""

# ruff: noqa: S608 - identifiers are quoted and values bound; both come from the catalog or the planner

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from infra.local.bigquery.catalog import Catalog
from infra.local.bigquery.engine import Engine
from infra.local.bigquery.execution import Queries
from infra.local.bigquery.inserts import REMEMBERED_SECONDS, Inserts
from infra.local.bigquery.jobs import JobStore
from infra.local.bigquery.names import quoted
from infra.local.bigquery.sizes import Sizes
from infra.local.clock import Clock

_SWEEP_SECONDS = 60.0


class Warehouse:
    def __init__(self, folder: Path, clock: Clock) -> None:
        self.clock = clock
        self.engine = Engine(folder)
        self.catalog = Catalog()
        self.sizes = Sizes()
        self.inserts = Inserts(self.catalog)
        self.jobs = JobStore(clock)
        self.queries = Queries(self.engine, self.catalog, self.sizes, self.inserts, folder, clock)
        self._sweeper: asyncio.Task[None] | None = None
        self.engine.after_rollback = self._reload

    async def open(self) -> None:
        await self.engine.open()
        await self.engine.write(self._setup)
        self._sweeper = asyncio.create_task(self._sweep_forever())

    async def close(self) -> None:
        if self._sweeper is not None:
            self._sweeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sweeper
        await self.jobs.close()
        await self.engine.close()

    async def sweep(self) -> None:
        """Drop what has expired: partitions, tables and insert ids."""
        await self.engine.write(lambda cursor: self._expire(cursor, self.clock.now()))

    def _parts(self) -> Sequence[Callable[[Any], None]]:
        return (self.catalog.setup, self.inserts.setup, self.jobs.setup)

    def _setup(self, cursor: Any) -> None:
        for setup in self._parts():
            setup(cursor)

    def _reload(self, cursor: Any) -> None:
        self.catalog.reload(cursor)
        self.inserts.reload(cursor)

    def _expire(self, cursor: Any, now: float) -> None:
        self.inserts.forget_before(cursor, now - REMEMBERED_SECONDS)
        self.jobs.forget_before(cursor, now)
        for table in self.catalog.tables():
            if int(table.resource.get("expirationTime") or now * 1000 + 1) <= now * 1000:
                self.catalog.drop_table(cursor, table.name)
            elif table.partitioning is not None and table.partitioning.expiration_seconds:
                limit = int((now - table.partitioning.expiration_seconds) * 1e6)
                column = f"epoch_us(CAST({quoted(table.partitioning.column)} AS TIMESTAMP))"
                ended = f"{table.partitioning.key} < {limit} AND {column} < {limit}"
                gone = cursor.execute(f"DELETE FROM {table.name.physical} WHERE {ended}").fetchone()
                if gone and gone[0]:
                    self.sizes.forget(table.name)

    async def _sweep_forever(self) -> None:
        while True:
            await self.clock.sleep(_SWEEP_SECONDS)
            await self.sweep()
