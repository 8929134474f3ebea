"""A stream ends by itself when its instance is told to end, as Google's framework serves it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import httpx

from infra.local.options import ROOT
from infra.local.ports import free_ports
from tests.functions.dashboard.listener import listening
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform

FILE = ROOT / "functions" / "dashboard" / "stream_dashboard.py"


async def test_a_stream_ends_in_order_when_its_instance_is_told_to(platform: LocalPlatform) -> None:
    _, api_key = await platform.tenant()
    [port] = free_ports(0)
    url = f"http://127.0.0.1:{port}/api/v1/dashboard/stream"
    instance = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "functions_framework", "--asgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--target", "stream_dashboard", "--source", str(FILE)),
        cwd=ROOT,
        env={**os.environ, **platform.environment, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )

    async def serves() -> bool:
        async with httpx.AsyncClient() as client:
            try:
                return (await client.get(url)).status_code == 401
            except httpx.TransportError:
                return False

    try:
        await eventually(serves, within=60)
        async with listening(url, api_key) as listener:
            await listener.next("overview")
            instance.send_signal(signal.SIGTERM)
            await listener.end()  # a stream that is cut raises RemoteProtocolError
        await asyncio.wait_for(instance.wait(), 15)
    finally:
        if instance.returncode is None:
            instance.kill()
            await instance.wait()
