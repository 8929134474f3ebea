"""OpenAI's protocol to providers: requests with a key, answers as plain JSON, whole or in parts.

Nothing that a provider adds is lost, and nothing is retried but one thing: a kept connection that the provider closed
before it had said a byte. Raises ProviderError, TimeoutError, or ValueError where an answer is no JSON.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, cast
from urllib.parse import urlsplit

import orjson

from shared_layer.ai.providers.chunks import as_chunks, usage_chunk
from shared_layer.ai.providers.connection import Connection
from shared_layer.ai.providers.errors import BrokeOff, Refused, Unreachable
from shared_layer.ai.providers.pool import close_connections, give_back, idle_connection, new_connection, origin_of
from shared_layer.ai.providers.provider import Provider
from shared_layer.ai.providers.server_events import DONE, EventReader
from shared_layer.core.context import current

__all__ = ["ChunkStream", "close_clients", "get", "post", "post_stream"]

ERROR_SECONDS: Final = 5.0


async def post(provider: Provider, body: Mapping[str, Any], seconds: float, path: str = "/chat/completions") -> Any:
    """The whole JSON answer to a POST, within `seconds`."""
    return await _whole(provider, "POST", path, orjson.dumps(body), seconds)


async def get(provider: Provider, path: str, seconds: float) -> Any:
    """The whole JSON answer to a GET, within `seconds`."""
    return await _whole(provider, "GET", path, b"", seconds)


async def close_clients() -> None:
    """Close the connections that this event loop keeps."""
    close_connections()


async def _whole(provider: Provider, method: str, path: str, content: bytes, seconds: float) -> Any:
    until = asyncio.get_running_loop().time() + seconds
    connection = await _begin(provider, method, path, content, until)
    try:
        raw = await connection.body(until)
    except BaseException:
        connection.close()
        raise
    give_back(origin_of(provider.url), connection)
    return orjson.loads(raw)


class ChunkStream:
    """A streamed answer: its chunks in batches, as they come."""

    def __init__(self, provider: Provider, connection: Connection) -> None:
        self._origin = origin_of(provider.url)
        self._connection = connection
        self._reader = EventReader()
        self._loop = asyncio.get_running_loop()
        self._begun = self._over = False
        self._error: BrokeOff | None = None

    async def batch(self, seconds: float) -> list[dict[str, Any]]:
        """The next chunks, at least one; empty at the end. Raises TimeoutError where none comes within `seconds`."""
        until = self._loop.time() + seconds
        while not self._over:
            if self._error is not None:
                raise self._error
            part = await self._connection.part(until)
            if not self._begun and part.lstrip().startswith(b"{"):
                return await self._unstreamed(part, until)
            self._begun = True
            self._over = not part
            if chunks := self._decoded(self._reader.feed(part) if part else self._reader.end()):
                return chunks
        return []

    def close(self) -> None:
        """Hang up; where the answer came to its end, keep the connection."""
        if self._over:
            give_back(self._origin, self._connection)
        else:
            self._connection.close()

    def _decoded(self, events: list[bytes]) -> list[dict[str, Any]]:
        chunks = []
        for data in events:
            if data == DONE:
                self._over = True
                break
            chunk = orjson.loads(data)
            if "error" in chunk:
                error = chunk["error"]
                self._error = BrokeOff(str(error.get("message") if isinstance(error, dict) else error)[:300])
                break  # what came before it is handed on first
            chunks.append(chunk)
        return chunks

    async def _unstreamed(self, part: bytes, until: float) -> list[dict[str, Any]]:
        """The chunks of an answer that came whole although a stream was asked for."""
        answer = orjson.loads(part + await self._connection.body(until))
        self._begun = self._over = True
        usage = answer.get("usage")
        return [*as_chunks(answer), *([usage_chunk(answer, {"usage": usage})] if usage else ())]


async def post_stream(provider: Provider, body: Mapping[str, Any], seconds: float) -> ChunkStream:
    """A streamed answer, its headers come within `seconds`."""
    until = asyncio.get_running_loop().time() + seconds
    return ChunkStream(provider, await _begin(provider, "POST", "/chat/completions", orjson.dumps(body), until))


async def _begin(provider: Provider, method: str, path: str, content: bytes, until: float) -> Connection:
    """A connection on which the headers of a 2xx answer have come. Raises Refused for any other answer."""
    origin = origin_of(provider.url)
    request = _request(provider.url, provider.key, method, path, content)
    kept = idle_connection(origin)
    if kept is not None:
        try:
            return await _answered(kept, request, until)
        except Unreachable:
            if not kept.untouched:
                raise
    left = until - asyncio.get_running_loop().time()
    connection = await new_connection(origin, max(0.0, min(provider.connect_seconds, left)))
    return await _answered(connection, request, until)


async def _answered(connection: Connection, request: bytes, until: float) -> Connection:
    try:
        connection.send(request)
        status = await connection.head(until)
        if 200 <= status < 300:
            return connection
        soon = min(until, asyncio.get_running_loop().time() + ERROR_SECONDS)
        raise Refused(status, connection.headers, _error_of(await connection.body(soon)))
    except BaseException:
        connection.close()
        raise


def _error_of(raw: bytes) -> Mapping[str, Any]:
    """OpenAI's error object; vLLM's older servers put its members at the top."""
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return {}
    if not isinstance(body, dict):
        return {}
    error = body.get("error", body)
    return cast("Mapping[str, Any]", error) if isinstance(error, dict) else {"message": str(error)}


def _request(url: str, key: str, method: str, path: str, content: bytes) -> bytes:
    context = current()
    trace = f"traceparent: {context.traceparent}\r\n" if context else ""
    return b"%b%b%bcontent-length: %d\r\n\r\n%b" % (
        _line(url, method, path),
        _fields(url, key),
        trace.encode(),
        len(content),
        content,
    )


@lru_cache(256)
def _line(url: str, method: str, path: str) -> bytes:
    return f"{method} {urlsplit(url).path}{path} HTTP/1.1\r\n".encode("ascii")


@lru_cache(256)
def _fields(url: str, key: str) -> bytes:
    """The headers that are the same for every call. Raises ValueError for a key that is no header's value."""
    if not (key.isascii() and key.isprintable()):
        raise ValueError("the provider's key holds characters that no header can carry")
    lines = [f"host: {urlsplit(url).netloc.rpartition('@')[2]}"]
    if key:
        lines.append(f"authorization: Bearer {key}")
    lines += ["content-type: application/json", "accept: application/json", "accept-encoding: identity"]
    return "".join(f"{line}\r\n" for line in [*lines, "user-agent: xynergy"]).encode("ascii")
