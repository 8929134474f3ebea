"""The service on a real loopback server, and Google's own client for it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import uvicorn
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery
from starlette.applications import Starlette

from infra.local.bigquery import BigQueryService
from infra.local.clock import Clock

PROJECT = "shop"
MIDNIGHT = 1_795_392_000.0  # 2026-11-23 00:00:00 UTC
Ask = Callable[..., Awaitable[list[tuple[Any, ...]]]]


@contextlib.asynccontextmanager
async def serving(folder: Path, clock: Clock) -> AsyncIterator[str]:
    """The address of a running service over `folder`."""
    service = BigQueryService(folder, clock)
    await service.start()
    app = Starlette(routes=service.routes())
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
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


def asking(client: bigquery.Client) -> Ask:
    """Runs SQL with the client; answers with the rows as tuples."""

    async def ask(sql: str, *parameters: Any, **config: Any) -> list[tuple[Any, ...]]:
        job_config = bigquery.QueryJobConfig(query_parameters=list(parameters), **config)
        rows = await asyncio.to_thread(lambda: list(client.query_and_wait(sql, job_config=job_config)))
        return [tuple(row.values()) for row in rows]

    return ask


async def dry_bytes(client: bigquery.Client, sql: str, *parameters: Any) -> int:
    """What BigQuery says that `sql` would process."""
    config = bigquery.QueryJobConfig(query_parameters=list(parameters), dry_run=True)
    job = await asyncio.to_thread(client.query, sql, job_config=config)
    return int(job.total_bytes_processed)


def column(name: str, kind: str, mode: str = "NULLABLE", **more: Any) -> bigquery.SchemaField:
    return bigquery.SchemaField(name, kind, mode, **more)
