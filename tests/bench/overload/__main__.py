"""`python -m tests.bench.overload`: one instance at its peak, and at three times that, in an open loop.

Calls are sent at a fixed rate, whether or not the former ones were answered. Shown: what was answered well a second
(goodput), what was refused, and how long a refusal took. The connections are there before: libuv accepts one in each
pass of its loop, so that many at once would be measured by the passes of an instance at its limit. Two kinds of call:
one that mostly waits, as most do, whose capacity is its places; and one that mostly computes, whose capacity is the
CPU. On a machine that does other work as well, look at the lateness that is printed first: refusals cannot be quicker.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import uvloop

from tests.support.function_process import FunctionProcess

FUNCTIONS = Path(__file__).parent / "functions" / "runtime"
SECONDS = 5.0
WAYS = 400
KEPT_OPEN = 128


class Way(asyncio.Protocol):
    """A kept-open connection with one call at a time; a call costs its caller a fraction of what the instance takes."""

    def __init__(self) -> None:
        self._came = b""
        self._answer: asyncio.Future[int] | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but name

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError())

    def ask(self, request: bytes) -> asyncio.Future[int]:
        """Send a request; its answer's status comes in the future."""
        assert self.transport is not None
        self._came, self._answer = b"", asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, ended, body = self._came.partition(b"\r\n\r\n")
        if not ended or self._answer is None or self._answer.done():
            return
        _, told, length = head.lower().partition(b"content-length: ")
        if len(body) >= (int(length.partition(b"\r\n")[0]) if told else 0):
            self._answer.set_result(int(head[9:12]))


class Ways:
    """The connections to one function."""

    def __init__(self, port: int, name: str) -> None:
        self._port = port
        self._request = f"GET /api/v1/{name} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()
        self._idle: list[Way] = []
        self.open = 0

    async def prepare(self, number: int) -> None:
        """Open connections before anything is measured, as the proxy before an instance keeps them."""
        connect = asyncio.get_running_loop().create_connection
        made = await asyncio.gather(*[connect(Way, "127.0.0.1", self._port) for _ in range(number)])
        self._idle += [way for _, way in made]
        self.open += number

    async def call(self) -> int:
        """The status of one call; 0 where no connection was free."""
        while self._idle:
            way = self._idle.pop()
            if way.transport is not None:
                break
            self.open -= 1  # the server closes what is idle for two seconds
        else:
            if self.open >= WAYS:
                return 0
            self.open += 1
            _, way = await asyncio.get_running_loop().create_connection(Way, "127.0.0.1", self._port)
        try:
            status = await way.ask(self._request)
        except ConnectionError:
            self.open -= 1
            return await self.call()
        self._idle.append(way)
        return status


@contextmanager
def own_processor(number: int) -> Iterator[None]:
    """What is started meanwhile runs on one processor: an instance has one, and who calls it is on another."""
    former = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    if len(former) > 1:
        os.sched_setaffinity(0, {sorted(former)[number]})
    try:
        yield
    finally:
        if former:
            os.sched_setaffinity(0, former)


async def offered(port: int, name: str, rate: float) -> Mapping[int, list[float]]:
    """The latencies, by status, of calls at `rate` a second."""
    ways, latencies = Ways(port, name), defaultdict[int, list[float]](list)
    await ways.prepare(KEPT_OPEN)

    async def one() -> None:
        began = time.perf_counter()
        latencies[await ways.call()].append(time.perf_counter() - began)

    began, sent = time.perf_counter(), 0
    async with asyncio.TaskGroup() as group:
        while (elapsed := time.perf_counter() - began) < SECONDS:
            while sent < elapsed * rate:
                group.create_task(one())
                sent += 1
            await asyncio.sleep(0.001)
    return latencies


async def closed(port: int, name: str, clients: int) -> float:
    """Calls a second that `clients` get answered, each waiting for its answer: the peak."""
    ways, end, done = Ways(port, name), time.perf_counter() + SECONDS, 0

    async def client() -> None:
        nonlocal done
        while time.perf_counter() < end:
            status = await ways.call()
            done += status == 204

    await asyncio.gather(*[client() for _ in range(clients)])
    return done / SECONDS


def show(name: str, latencies: Mapping[int, list[float]], peak: float) -> None:
    """One line of figures."""
    goodput = len(latencies[204]) / SECONDS
    refused = sorted(latencies[503])
    slowest = f"{1000 * refused[int(len(refused) * 0.99)]:6.1f} ms" if refused else "–"
    middle = f"{1000 * refused[len(refused) // 2]:6.1f} ms" if refused else "–"
    others = sum(len(found) for status, found in latencies.items() if status not in (204, 503))
    print(
        f"{name:14} goodput {goodput:7.0f}/s ({goodput / peak:4.0%} of peak)  refused {len(refused) / SECONDS:7.0f}/s"
        f"  refusal p50 {middle} p99 {slowest}  other {others}"
    )


async def lateness() -> float:
    """How late a timer of an idle process comes here, in milliseconds: the 99th percentile of 200."""
    loop, late = asyncio.get_running_loop(), []
    for _ in range(200):
        due = loop.time() + 0.005
        await asyncio.sleep(0.005)
        late.append(loop.time() - due)
    return sorted(late)[197] * 1000


async def measure(name: str) -> None:
    """Measure one function's peak, then offer it that, twice and three times as much."""
    with tempfile.TemporaryDirectory() as folder:
        file, environment = FUNCTIONS / f"{name}.py", {"REDIS_URL": "redis://127.0.0.1:1"}
        function = FunctionProcess(file, environment, Path(folder) / "log")
        with own_processor(0):
            await function.start()
        try:
            with own_processor(1):
                await closed(function.port, name, 4)
                peak = await closed(function.port, name, 16)
                late = await lateness()
                print(f"{name}: peak {peak:.0f}/s with 16 clients; an idle timer here is late by {late:.1f} ms")
                for times in (1, 2, 3):
                    show(f"{times} × the peak", await offered(function.port, name, times * peak), peak)
        finally:
            await function.kill()


async def main() -> None:
    """Measure both kinds of call."""
    for name in ("fetch", "compute"):
        await measure(name)


uvloop.run(main())
