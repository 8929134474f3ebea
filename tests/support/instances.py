"""Several instances of one function, each a process of Google's framework, over the platform's Firestore and Redis."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from infra.local.environment import process_environment
from infra.local.options import ROOT
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@asynccontextmanager
async def instances(
    platform: LocalPlatform, file: str, count: int, **variables: str
) -> AsyncIterator[list[httpx.AsyncClient]]:
    """`count` processes that serve the function in `file`, each by a client at its root; ended on leaving."""
    environment = process_environment(os.environ, platform.environment | variables)
    ports = [_free_port() for _ in range(count)]
    command = [sys.executable, "-m", "functions_framework", "--asgi", "--host", "127.0.0.1", "--source", file]
    processes = [
        await asyncio.create_subprocess_exec(
            *command,
            *("--target", Path(file).stem, "--port", str(port)),
            cwd=ROOT,
            env={**environment, "PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        for port in ports
    ]
    clients = [httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=20) for port in ports]
    try:
        for client in clients:
            await eventually(lambda client=client: _answers(client), within=60)  # type: ignore[misc]
        yield clients
    finally:
        for client in clients:
            await client.aclose()
        for process in processes:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def _answers(client: httpx.AsyncClient) -> bool:
    try:
        await client.get("/")
    except httpx.TransportError:
        return False
    return True
