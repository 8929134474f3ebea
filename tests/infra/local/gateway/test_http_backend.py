"""The gateway as a server of its own, before a function that is one too."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import uvicorn

from infra.local.gateway import Gateway
from infra.local.gateway.http_backend import HttpBackend

if TYPE_CHECKING:
    from conftest import Stage


@contextlib.asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """The address of `app` on a port of its own."""
    config = uvicorn.Config(
        app, port=0, log_level="error", lifespan="off", interface="asgi3", ws="none", proxy_headers=False
    )
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign]
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await running


@contextlib.asynccontextmanager
async def caller(stage: Stage, app: Any, **backend: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a served gateway, behind which `app` is served."""
    forward = HttpBackend()
    async with served(app) as function:
        gateway = Gateway(stage.spec(address=function, **backend), forward, stage.issuer, "gateway@p.example")
        async with served(gateway) as address, httpx.AsyncClient(base_url=address) as client:
            yield client
        await forward.aclose()


async def test_calls_pass_over_http_both_ways(stage: Stage) -> None:
    async with caller(stage, stage.echo) as client:
        answer = await client.post("/api/v1/things/a%2Fb?q=1", content=b"body", headers={"Authorization": "Bearer k"})
    assert (answer.status_code, answer.text) == (200, "done")
    assert answer.headers["x-request-id"] == stage.seen.header("x-request-id")
    assert stage.seen.scope["raw_path"] == b"/api/v1/things/a%2Fb"
    assert stage.seen.scope["query_string"] == b"q=1"
    assert stage.seen.body == b"body"
    assert stage.seen.header("x-forwarded-authorization") == "Bearer k"
    assert stage.seen.header("x-forwarded-for") == "127.0.0.1"


async def test_streams_pass_over_http_as_they_come(stage: Stage) -> None:
    more = asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-encoding", b"x-raw")]})
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        await more.wait()
        await send({"type": "http.response.body", "body": b"two"})

    async with caller(stage, app) as client, client.stream("GET", "/api/v1/things/7") as answer:
        chunks = answer.aiter_raw()
        assert await anext(chunks) == b"one"
        more.set()
        assert [chunk async for chunk in chunks] == [b"two"]


async def test_a_stream_that_is_cut_off_does_not_look_complete(stage: Stage) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        await receive()
        await receive()

    async with caller(stage, app, deadline=0.1) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get("/api/v1/things/7")


async def test_a_caller_that_hangs_up_stops_the_function_over_http(stage: Stage) -> None:
    started, stopped = asyncio.Event(), asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        started.set()
        await receive()
        stopped.set()

    async with caller(stage, app) as client:
        calling = asyncio.create_task(client.get("/api/v1/things/7"))
        await asyncio.wait_for(started.wait(), 5)
        calling.cancel()
        await asyncio.wait_for(stopped.wait(), 5)


async def test_a_function_that_does_not_listen_is_unavailable(stage: Stage) -> None:
    async with served(stage.echo) as address:
        pass
    forward = HttpBackend()
    stage.gateway = Gateway(stage.spec(address=address), forward, stage.issuer, "gateway@p.example")
    answer = await stage.call()
    await forward.aclose()
    assert (answer.status, answer.json["code"]) == (503, "unavailable")
