"""The service on a real loopback server, and Google's own client on it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery
from starlette.applications import Starlette

from infra.local.bigquery import BigQueryService
from infra.local.clock import Clock, ManualClock

PROJECT = "shop"


@contextlib.asynccontextmanager
async def serving(folder: Path, clock: Clock) -> AsyncIterator[str]:
    """The address of a running service over `folder`."""
    service = BigQueryService(folder, clock)
    await service.start()
    config = uvicorn.Config(
        Starlette(routes=service.routes()), host="127.0.0.1", port=0, log_level="error", lifespan="off"
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task
        await service.stop()


def client_of(address: str) -> bigquery.Client:
    return bigquery.Client(PROJECT, AnonymousCredentials(), client_options=ClientOptions(api_endpoint=address))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_795_392_000.0)  # 2026-11-23 00:00:00 UTC


@pytest.fixture
async def address(tmp_path: Path, clock: ManualClock) -> AsyncIterator[str]:
    async with serving(tmp_path, clock) as found:
        yield found


@pytest.fixture
def client(address: str) -> Iterator[bigquery.Client]:
    found = client_of(address)
    yield found
    found.close()


@pytest.fixture
async def dataset(client: bigquery.Client) -> str:
    await asyncio.to_thread(client.create_dataset, "sales")
    return f"{PROJECT}.sales"


Query = Callable[..., Any]


@pytest.fixture
def query(client: bigquery.Client) -> Query:
    """Run SQL; the rows as tuples."""

    async def run(sql: str, *parameters: Any, **config: Any) -> list[tuple[Any, ...]]:
        job_config = bigquery.QueryJobConfig(query_parameters=list(parameters), **config)
        rows = await asyncio.to_thread(lambda: list(client.query_and_wait(sql, job_config=job_config)))
        return [tuple(row.values()) for row in rows]

    return run
