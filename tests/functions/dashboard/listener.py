"""A listener to the stream, over a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import orjson


@dataclass(frozen=True, slots=True)
class Message:
    """One server-sent event; `kind` is "comment" for a heartbeat."""

    kind: str
    id: str
    data: Any


class Listener:
    """What a stream says, message by message."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def next(self, kind: str, within: float = 15.0) -> Message:
        """The next message of a kind; TimeoutError where none comes, EOFError where the stream ends."""
        async with asyncio.timeout(within):
            async for message in self._messages():
                if message.kind == kind:
                    return message
        raise EOFError("the stream ended")

    async def end(self, within: float = 15.0) -> None:
        """Return when the stream ends by itself."""
        async with asyncio.timeout(within):
            async for _ in self._lines:
                continue

    async def _messages(self) -> AsyncIterator[Message]:
        fields: dict[str, str] = {}
        async for line in self._lines:
            if line:
                name, _, value = line.partition(": ")
                fields[name or "comment"] = value
                continue
            if "data" in fields:
                yield Message(fields["event"], fields.get("id", ""), orjson.loads(fields["data"]))
            elif "comment" in fields:
                yield Message("comment", "", fields["comment"])
            fields = {}


@asynccontextmanager
async def listening(url: str, api_key: str, **headers: str) -> AsyncIterator[Listener]:
    """A listener at `url`, gone when the context is left."""
    async with httpx.AsyncClient(timeout=30) as client:
        async with client.stream("GET", url, headers={"X-API-Key": api_key, **headers}) as response:
            assert response.status_code == 200, await response.aread()
            yield Listener(response)
