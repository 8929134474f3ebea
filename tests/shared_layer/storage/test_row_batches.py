"""Streaming inserts that share a request, through Google's client, counted on the wire."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from infra.local.ports import listen, port_of
from infra.local.rest import RestServer
from shared_layer.core.settings import settings
from shared_layer.storage import gcp_clients
from shared_layer.storage.row_batches import RowBatches, RowRefused
from shared_layer.storage.warehouse import EVENTS
from tests.support.platform import LocalPlatform


@pytest_asyncio.fixture
async def requests_seen(platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[int]]:
    """The number of rows in each insertAll: a server between Google's client and the local BigQuery counts them."""
    from google.auth.credentials import AnonymousCredentials
    from google.cloud.bigquery import Client

    seen: list[int] = []
    async with httpx.AsyncClient(base_url=platform.environment["BIGQUERY_EMULATOR_HOST"]) as behind:

        async def forward(request: Request) -> Response:
            answer = await behind.post(request.url.path, content=await request.body())
            seen.append(len((await request.json())["rows"]))
            return Response(answer.content, answer.status_code, media_type="application/json")

        listener = listen(0)
        server = RestServer(Starlette(routes=[Route("/{path:path}", forward, methods=["POST"])]), listener)
        await server.start()
        between = Client(
            project=settings().project,
            credentials=AnonymousCredentials(),
            client_options={"api_endpoint": f"http://127.0.0.1:{port_of(listener)}"},
        )
        monkeypatch.setitem(gcp_clients._of_process, "bigquery", between)
        yield seen
        await server.stop(grace=1.0)
        between.close()


def row(**changes: Any) -> dict[str, Any]:
    return {
        "event_id": str(uuid.uuid4()), "event_type": "x", "timestamp": "2026-03-02T10:30:00Z", "tenant_id": "batches",
        "source_service": "s", "schema_version": 1, "status": None, "correlation_id": "r", "causation_id": None,
        "payload": "{}", "synced_at": "2026-03-02T10:30:01Z",
    } | changes  # fmt: skip


async def test_rows_that_arrive_together_travel_together(requests_seen: list[int]) -> None:
    batches = RowBatches(EVENTS)
    await asyncio.gather(*[batches.insert(row(), uuid.uuid4().hex) for _ in range(40)])
    assert requests_seen == [40]


async def test_more_than_500_rows_take_a_second_request(requests_seen: list[int]) -> None:
    batches = RowBatches(EVENTS)
    await asyncio.gather(*[batches.insert(row(), uuid.uuid4().hex) for _ in range(501)])
    assert sorted(requests_seen) == [1, 500]


async def test_a_bad_row_fails_alone(requests_seen: list[int]) -> None:
    batches = RowBatches(EVENTS)
    rows = [row(), row(timestamp="yesterday"), row()]
    results = await asyncio.gather(*[batches.insert(r, uuid.uuid4().hex) for r in rows], return_exceptions=True)
    assert (results[0], results[2]) == (None, None)
    assert isinstance(results[1], RowRefused)
    assert "timestamp" in str(results[1])
    assert requests_seen == [3]
