"""A function with a WebSocket, unpacked and served by uvicorn as its container does."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from infra.local.options import ROOT
from infra.manifest.collect import collect
from infra.package.archive import package
from tests.support.eventually import eventually
from tests.support.function_process import free_port


async def test_its_archive_serves_calls_and_sockets_by_itself(tmp_path: Path) -> None:
    [declaration] = [one for one in collect(ROOT).operations if one.name == "follow_live_socket"]
    made = package(ROOT, declaration)
    assert "websockets" in made.distributions
    for path, content in made.contents.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    port = free_port()
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "uvicorn", "main:app", "--port", str(port), "--ws", "websockets-sansio"),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "REDIS_URL": "redis://127.0.0.1:1"},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    path = f"127.0.0.1:{port}/api/v1/live/socket"

    async def serves() -> bool:
        async with httpx.AsyncClient(trust_env=False) as client:
            try:
                return (await client.get(f"http://{path}")).status_code == 401
            except httpx.TransportError:
                return False

    try:
        await eventually(serves, within=60)
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"ws://{path}", proxy=None):
                pass
        assert refused.value.response.status_code == 401
    finally:
        server.terminate()
        await server.wait()
