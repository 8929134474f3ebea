"""What the local gateway adds to a call, over the same application called without it.

./deploy.sh bench gateway
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from infra.local.gateway import Gateway
from infra.manifest.collect import collect
from infra.manifest.gateway_spec import gateway_spec

ROOT = Path(__file__).parents[3]
CALLS, ROUNDS = 2000, 10
HEADERS = [(b"host", b"localhost"), (b"x-api-key", b"k"), (b"user-agent", b"bench"), (b"accept", b"*/*")]
SCOPE = {
    "type": "http",
    "http_version": "1.1",
    "method": "GET",
    "scheme": "http",
    "path": "/api/v1/campaigns/cmp_1",
    "raw_path": b"/api/v1/campaigns/cmp_1",
    "query_string": b"",
    "root_path": "",
    "client": ("127.0.0.1", 1),
    "server": ("127.0.0.1", 8080),
}
App = Callable[..., Awaitable[None]]


class Issuer:
    """Tokens are kept for minutes by the gateway: what they cost is not a call's."""

    def token(self, audience: str, email: str) -> str:
        """A constant."""
        return f"{audience} {email}"


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """The floor: an application that answers at once."""
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


async def cost(app: App) -> float:
    """Processor microseconds a call, in the calmest of the rounds."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        return None

    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(CALLS):
            await app({**SCOPE, "headers": list(HEADERS)}, receive, send)
        best = min(best, (time.process_time() - started) / CALLS)
    return best * 1e6


async def main() -> None:
    """Measure and print."""
    spec = gateway_spec(collect(ROOT), lambda declaration: f"http://functions/{declaration.slug}", "localhost")
    gateway = Gateway(spec, lambda address: bare, Issuer(), "gateway@bench.example")
    floor, ours = await cost(bare), await cost(gateway)
    through = f"through the gateway, {len(spec['paths'])} paths"
    print(f"{'the application alone (floor)':34}{floor:8.1f} µs a call")
    print(f"{through:34}{ours:8.1f} µs a call")
    print(f"{'the gateway adds':34}{ours - floor:8.1f} µs a call")


if __name__ == "__main__":
    asyncio.run(main())
