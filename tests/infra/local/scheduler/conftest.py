"""A Scheduler on loopback, Google's client for it, and an endpoint that records what reaches it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import grpc
import pytest
from google.cloud import scheduler_v1
from google.cloud.scheduler_v1.services.cloud_scheduler.transports import CloudSchedulerGrpcAsyncIOTransport
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from infra.local.clock import ManualClock
from infra.local.rest import RestServer
from infra.local.scheduler import SchedulerService

PARENT = "projects/p/locations/us-central1"
START = 1_790_000_000.0  # 2026-09-21 14:13:20 UTC


class Tokens:
    """An issuer whose tokens say what they were asked for."""

    def token(self, audience: str, email: str) -> str:
        return f"token-for:{email}@{audience}"


@dataclass
class Endpoint:
    """Answers with `statuses` in turn, then 200; `hang` keeps it from answering."""

    url: str
    statuses: list[int] = field(default_factory=list)
    calls: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    hang: bool = False

    async def answer(self, request: Request) -> Response:
        self.calls.append((request.method, dict(request.headers), await request.body()))
        if self.hang:
            await asyncio.Event().wait()
        return Response(status_code=self.statuses.pop(0) if self.statuses else 200)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what happens on real sockets; the clock of the service stands still meanwhile."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - the condition lies beyond a socket
            await asyncio.sleep(0.002)


async def forward(clock: ManualClock, seconds: float) -> None:
    """Advance once the service sleeps again: what a call has woken takes some turns of the loop."""
    for _ in range(20):
        await asyncio.sleep(0)
    await clock.advance(seconds)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    listener = socket.create_server(("127.0.0.1", 0))
    found = Endpoint(f"http://127.0.0.1:{listener.getsockname()[1]}/run?x=1")
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
    server = RestServer(Starlette(routes=[Route("/run", found.answer, methods=methods)]), listener)
    await server.start()
    yield found
    await server.stop(0)


@dataclass
class Running:
    service: SchedulerService
    client: scheduler_v1.CloudSchedulerAsyncClient
    published: list[tuple[str, bytes, dict[str, str]]]


@pytest.fixture
async def running(tmp_path, clock) -> AsyncIterator[Running]:
    published: list[tuple[str, bytes, dict[str, str]]] = []

    async def publish(topic, data, attributes) -> None:
        published.append((topic, data, dict(attributes)))

    service = SchedulerService(tmp_path / "scheduler", Tokens(), publish, clock)
    server = grpc.aio.server()
    service.register(server)
    port = server.add_insecure_port("127.0.0.1:0")
    await service.start()
    await server.start()
    channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}")
    client = scheduler_v1.CloudSchedulerAsyncClient(transport=CloudSchedulerGrpcAsyncIOTransport(channel=channel))
    yield Running(service, client, published)
    await channel.close()
    await server.stop(0)
    await service.stop()


@pytest.fixture
def client(running) -> scheduler_v1.CloudSchedulerAsyncClient:
    return running.client


@pytest.fixture
def http_job(endpoint):
    """A job every minute that posts to the endpoint."""

    def make(name: str = "job", **fields) -> dict:
        target = {"uri": endpoint.url, **fields.pop("http_target", {})}
        return {"name": f"{PARENT}/jobs/{name}", "schedule": "* * * * *", "http_target": target, **fields}

    return make
