"""Chat requests over keep-alive connections, each with the prompt that its turn asks for.

`python -m tests.bench.ai_gateway.load` reads a job as JSON: `url`, `head` (the request's lines and headers without
content-length), `body` (with one `%08d` where the prompt's number goes), `numbers` (of the prompts, in order) and
`connections`. It prints the figures as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from urllib.parse import urlsplit

import httptools
import uvloop


class Client(asyncio.Protocol):
    """One connection."""

    def __init__(self, job: dict, numbers: list[int], latencies: list[float]) -> None:
        self._job, self._numbers, self._latencies = job, numbers, latencies
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.unexpected = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._next()

    def _next(self) -> None:
        if not self._numbers:
            self._transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        body = self._job["body"].replace("%08d", f"{self._numbers.pop():08d}").encode()
        head = f"{self._job['head']}content-length: {len(body)}\r\n\r\n".encode()
        self._parser = httptools.HttpResponseParser(self)
        self._started = time.perf_counter()
        self._transport.write(head + body)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        self._latencies.append(time.perf_counter() - self._started)
        self.unexpected += self._parser.get_status_code() != 200
        asyncio.get_running_loop().call_soon(self._next)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the server closed the connection"))


async def run(job: dict) -> dict[str, float]:
    """Send the job's prompts; each connection waits for its answer before the next."""
    address = urlsplit(job["url"])
    numbers, latencies = list(reversed(job["numbers"])), list[float]()
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    made = [
        await loop.create_connection(lambda: Client(job, numbers, latencies), address.hostname, address.port)
        for _ in range(job["connections"])
    ]
    await asyncio.gather(*[client.done for _, client in made])
    seconds = time.perf_counter() - started
    latencies.sort()
    return {
        "requests": len(latencies),
        "rate": len(latencies) / seconds,
        "p50": latencies[len(latencies) // 2] * 1000,
        "p99": latencies[int(len(latencies) * 0.99)] * 1000,
        "unexpected": sum(client.unexpected for _, client in made),
    }


if __name__ == "__main__":
    print(json.dumps(uvloop.run(run(json.load(sys.stdin)))))
