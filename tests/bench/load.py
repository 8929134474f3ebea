"""A load of identical requests over keep-alive connections, cheap enough not to be what is measured.

`python -m tests.bench.load` runs it in a process of its own and prints the figures as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

import httptools
import uvloop


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run gave: requests a second, latencies in ms, answers that were not `expected`."""

    requests: int
    seconds: float
    rate: float
    p50: float
    p99: float
    unexpected: int


class _Client(asyncio.Protocol):
    def __init__(self, request: bytes, expected: int, budget: list[int], latencies: list[float]) -> None:
        self._request, self._expected, self._budget, self._latencies = request, expected, budget, latencies
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.unexpected = 0
        self._parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._next()

    def _next(self) -> None:
        if self._budget[0] <= 0:
            self._transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        self._budget[0] -= 1
        self._started = time.perf_counter()
        self._transport.write(self._request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        self._latencies.append(time.perf_counter() - self._started)
        if self._parser.get_status_code() != self._expected:
            self.unexpected += 1
        self._parser = httptools.HttpResponseParser(self)
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the server closed the connection"))


async def run(url: str, request: bytes, expected: int, requests: int, connections: int) -> Figures:
    """Send `requests` over `connections`, each waiting for its answer before the next."""
    address = urlsplit(url)
    budget, latencies = [requests], list[float]()
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    clients = [
        (
            await loop.create_connection(
                lambda: _Client(request, expected, budget, latencies), address.hostname, address.port
            )
        )[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*[client.done for client in clients])
    seconds = time.perf_counter() - started
    latencies.sort()
    return Figures(
        requests=len(latencies),
        seconds=seconds,
        rate=len(latencies) / seconds,
        p50=latencies[len(latencies) // 2] * 1000,
        p99=latencies[int(len(latencies) * 0.99)] * 1000,
        unexpected=sum(client.unexpected for client in clients),
    )


def main() -> None:
    """Read one job as JSON from standard input, write its figures as JSON."""
    job = json.load(sys.stdin)
    job["request"] = job["request"].encode("latin-1")
    print(json.dumps(asdict(uvloop.run(run(**job)))))


if __name__ == "__main__":
    main()
