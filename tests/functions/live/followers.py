"""Followers of the live stream, over real sockets: one for each protocol, alike to a test."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol

import httpx
import orjson
from websockets.asyncio.client import ClientConnection, connect

from tests.support.platform import LocalPlatform

STREAM = "/stream-live-events/api/v1/live/stream"
SOCKET = "/follow-live-socket/api/v1/live/socket"


class Follower(Protocol):
    """What a listener was told, one by one: (`event`, its number, its envelope) or (kind, number, fields)."""

    async def next(self) -> tuple[str, int, Any]: ...


class SseFollower:
    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()
        self.last = -1

    async def next(self) -> tuple[str, int, Any]:
        fields: dict[str, str] = {}
        async for line in self._lines:
            if line:
                name, _, value = line.partition(": ")
                fields[name or "comment"] = value
                continue
            self.last = int(fields.get("id", self.last))
            if "data" in fields:
                return fields.get("event", "event"), self.last, orjson.loads(fields["data"])
            if "comment" in fields:
                return "heartbeat", self.last, None
            fields = {}
        raise EOFError


class SocketFollower:
    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def next(self) -> tuple[str, int, Any]:
        told = orjson.loads(await self.connection.recv())
        return told["type"], told.get("id", -1), told.get("event", told)


@asynccontextmanager
async def following(
    platform: LocalPlatform, kind: str, key: str, query: str = "", **headers: str
) -> AsyncIterator[Any]:
    """A follower by `sse` or `socket`, once it is told that it follows."""
    sent = {"X-API-Key": key, **headers} if key else headers
    if kind == "socket":
        url = platform.functions_url.replace("http", "ws", 1) + SOCKET + query
        async with connect(url, additional_headers=sent, proxy=None) as connection:
            yield await ready(SocketFollower(connection))
        return
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        async with client.stream("GET", platform.functions_url + STREAM + query, headers=sent) as response:
            assert response.status_code == 200, await response.aread()
            yield await ready(SseFollower(response))


async def ready(follower: Any) -> Any:
    kind, _, _ = await follower.next()
    assert kind == "ready"
    return follower


async def numbers(follower: Follower, count: int, within: float = 20.0) -> list[int]:
    """The numbers of the next events."""
    found: list[int] = []
    async with asyncio.timeout(within):
        while len(found) < count:
            kind, number, _ = await follower.next()
            if kind == "event":
                found.append(number)
    return found


async def happen(platform: LocalPlatform, key: str, count: int = 1) -> None:
    """So many events of the tenant: keys are created."""

    async def one() -> None:
        made = await platform.gateway.post(
            "/api/v1/api-keys",
            json={"name": "Another", "scopes": ["keys:read"]},
            headers={"X-API-Key": key, "Idempotency-Key": uuid.uuid4().hex},
        )
        assert made.status_code == 201, made.text

    await asyncio.gather(*[one() for _ in range(count)])
