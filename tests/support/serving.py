"""Functions of the tests' own (tests/support/functions/runtime), served on loopback in this process."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from infra.local.rest import RestServer
from infra.local.runner.application import application

FUNCTIONS = Path(__file__).parent / "functions" / "runtime"


@dataclass(slots=True)
class Controls:
    """What a test tells the function (`gate`, `seconds`, `error`), and what the function tells the test."""

    gate: asyncio.Event | None = None
    seconds: float = 0.0
    error: Exception | None = None
    running: int = 0
    most_running: int = 0
    done: int = 0


@asynccontextmanager
async def served(name: str) -> AsyncIterator[tuple[httpx.AsyncClient, Controls]]:
    """A client of the function called `name`, and its module's CONTROLS, made anew."""
    app = application(FUNCTIONS / f"{name}.py")
    controls: Controls = sys.modules[name].CONTROLS
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    server = RestServer(app, listener)
    await server.start()
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        async with httpx.AsyncClient(base_url=url, limits=limits, timeout=30) as client:
            yield client, controls
    finally:
        await server.stop(grace=2.0)
