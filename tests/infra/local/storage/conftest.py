"""A Cloud Storage on loopback in a thread of its own, and Google's client for it."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage
from starlette.applications import Starlette

from infra.local.clock import ManualClock
from infra.local.rest import RestServer
from infra.local.storage import StorageService


@dataclass
class RunningStorage:
    """`run` takes a coroutine to the service's loop."""

    service: StorageService
    clock: ManualClock
    url: str
    loop: asyncio.AbstractEventLoop

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(10)


def serve(folder: Path, clock: ManualClock) -> Iterator[RunningStorage]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    listener = socket.create_server(("127.0.0.1", 0))

    async def start() -> tuple[StorageService, RestServer]:
        service = StorageService(folder, clock)
        await service.start()
        server = RestServer(Starlette(routes=service.routes()), listener)
        await server.start()
        return service, server

    service, server = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield RunningStorage(service, clock, f"http://127.0.0.1:{listener.getsockname()[1]}", loop)
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(0.5), loop).result(10)
        asyncio.run_coroutine_threadsafe(service.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture
def running(tmp_path) -> Iterator[RunningStorage]:
    yield from serve(tmp_path / "storage", ManualClock())


@pytest.fixture
def client(running, monkeypatch) -> Iterator[storage.Client]:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", running.url)
    with storage.Client(project="p", credentials=AnonymousCredentials()) as client:
        yield client


@pytest.fixture
def bucket(client) -> storage.Bucket:
    return client.create_bucket("files")
