"""A crowd of listeners to one tenant, half over server-sent events, half over WebSocket, as light as can be.

Each notes the numbers that it got, in order, and how long each event took from its commit to the listener.
"""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
from websockets.asyncio.client import connect

HEARTBEAT = re.compile(rb"^id: (\d+)$")


@dataclass(slots=True)
class Heard:
    """What one listener got: numbers in order; seconds from commit to arrival."""

    numbers: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    lagging: int = 0

    def take(self, event: dict[str, Any]) -> None:
        """One event."""
        self.numbers.append(event["seq"])
        self.seconds.append(time.time() - datetime.fromisoformat(event["timestamp"]).timestamp())


async def by_sse(url: str, key: str, last: int, began: asyncio.Semaphore) -> Heard:
    """Listen until number `last` came."""
    heard, parts = Heard(), urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=1 << 20)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    writer.write(f"GET {target} HTTP/1.1\r\nHost: bench\r\nX-API-Key: {key}\r\n\r\n".encode())
    try:
        while line := await reader.readline():
            if line.startswith(b'data: {"seq":') and b"event_id" in line:
                heard.take(orjson.loads(line[6:]))
                if heard.numbers[-1] >= last:
                    break
            elif line.startswith(b"event: ready"):
                began.release()
            elif line.startswith(b"event: lagging"):
                heard.lagging += 1
    finally:
        writer.close()
    return heard


async def by_socket(url: str, key: str, last: int, began: asyncio.Semaphore) -> Heard:
    """Listen until number `last` came."""
    heard = Heard()
    async with connect(url, additional_headers={"X-API-Key": key}, proxy=None, open_timeout=60) as connection:
        async for text in connection:
            told = orjson.loads(text)
            if told["type"] == "event":
                heard.take(told["event"])
                if heard.numbers[-1] >= last:
                    break
            elif told["type"] == "ready":
                began.release()
            elif told["type"] == "lagging":
                heard.lagging += 1
    return heard
