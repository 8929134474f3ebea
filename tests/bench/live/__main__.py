"""`python -m tests.bench.live [LISTENERS] [EVENTS]`: listeners to one tenant's live events on a platform of its own.

Shown: how long it took to connect all, whether each got every event once and in order, how long an event took from its
commit to the listeners, and the memory of the process that serves them.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
import psutil

from infra.demo.platform_process import PlatformProcess
from tests.bench.live.crowd import Heard, by_socket, by_sse

AT_ONCE = 50
BETWEEN_SECONDS = 0.05
WITHIN_SECONDS = 300.0


async def main(listeners: int, events: int, local: dict[str, Any], served_by: psutil.Process) -> None:
    """Connect all, let things happen, and tell what they heard."""
    async with httpx.AsyncClient(base_url=local["gateway"], timeout=60, trust_env=False) as gateway:
        tenant = await _tenant(gateway, local["operator_key"])
        key = tenant["api_key"]["key"]
        found = (await gateway.get("/api/v1/live/address", headers={"X-API-Key": key})).json()
        first = await _settled(gateway, key)
        before = served_by.memory_info().rss
        began, ready = time.perf_counter(), asyncio.Semaphore(0)
        room = asyncio.Semaphore(AT_ONCE)
        crowd: list[asyncio.Task[Heard]] = []
        for number in range(listeners):
            listen, url = (by_sse, "stream_url") if number % 2 else (by_socket, "socket_url")
            crowd.append(asyncio.create_task(listen(found[url], key, first + events, ready)))
            if number % AT_ONCE == AT_ONCE - 1:
                for _ in range(AT_ONCE):
                    await ready.acquire()
        for _ in range(listeners % AT_ONCE):
            await ready.acquire()
        print(f"{listeners} listeners connected in {time.perf_counter() - began:.1f} s")
        with_all = served_by.memory_info().rss
        began = time.perf_counter()
        await _happen(gateway, key, events, room)
        print(f"{events} events made in {time.perf_counter() - began:.1f} s")
        heard = await asyncio.wait_for(asyncio.gather(*crowd), WITHIN_SECONDS)
        _show(heard, list(range(first + 1, first + events + 1)), before, with_all, served_by.memory_info().rss)


def _show(heard: list[Heard], wanted: list[int], before: int, with_all: int, after: int) -> None:
    seconds = sorted(second for one in heard for second in one.seconds)
    exact = sum(one.numbers == wanted for one in heard)
    lost = sum(len(set(wanted) - set(one.numbers)) for one in heard)
    repeated = sum(len(one.numbers) - len(set(one.numbers)) for one in heard)
    print(
        f"{exact} of {len(heard)} listeners got all {len(wanted)} events once and in order "
        f"({sum(len(one.numbers) for one in heard)} messages, {lost} lost, {repeated} repeated, "
        f"{sum(one.lagging for one in heard)} times told to lag)"
    )
    print(
        f"commit to listener: p50 {1000 * seconds[len(seconds) // 2]:.0f} ms, "
        f"p99 {1000 * seconds[int(len(seconds) * 0.99)]:.0f} ms, worst {1000 * seconds[-1]:.0f} ms"
    )
    each = (with_all - before) / len(heard) / 1024
    print(f"memory of the serving process: {each:.0f} KiB a listener, {(after - with_all) / 1048576:.1f} MiB by events")


async def _tenant(gateway: httpx.AsyncClient, operator_key: str) -> dict[str, Any]:
    made = await gateway.post(
        "/api/v1/tenants",
        headers={"X-API-Key": operator_key, "Idempotency-Key": uuid.uuid4().hex},
        json={"name": "Crowd", "owner_email": "owner@crowd.example", "plan": "unlimited"},
    )
    tenant: dict[str, Any] = made.raise_for_status().json()
    return tenant


async def _settled(gateway: httpx.AsyncClient, key: str) -> int:
    """The number of the last event, once the tenant's own creation is recorded."""
    await asyncio.sleep(3)
    found = await gateway.get("/api/v1/events", headers={"X-API-Key": key})
    return len(found.raise_for_status().json()["items"])


async def _happen(gateway: httpx.AsyncClient, key: str, count: int, room: asyncio.Semaphore) -> None:
    async def one() -> None:
        async with room:
            made = await gateway.post(
                "/api/v1/api-keys",
                json={"name": "Another", "scopes": ["keys:read"]},
                headers={"X-API-Key": key, "Idempotency-Key": uuid.uuid4().hex},
            )
            made.raise_for_status()

    async with asyncio.TaskGroup() as group:
        for _ in range(count):
            group.create_task(one())
            await asyncio.sleep(BETWEEN_SECONDS)


def _serving(supervisor: int) -> psutil.Process:
    """The process that runs the functions."""
    below = psutil.Process(supervisor).children(recursive=True)
    return next(one for one in below if "infra.local.runner" in one.cmdline())


if __name__ == "__main__":
    counts = [int(each) for each in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as folder:
        platform = PlatformProcess(Path(folder) / "data", "--no-demo")
        platform.start()
        try:
            running = platform.wait_ready()
            asyncio.run(main(*(counts + [1000, 100][len(counts) :]), running, _serving(platform.pid)))
        finally:
            platform.stop()
