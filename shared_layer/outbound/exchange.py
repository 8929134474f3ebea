"""One HTTP/1.1 request on a connection of its own, to an address that was checked."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from functools import cache
from typing import Final

import httptools

from shared_layer.core.errors import FetchFailed
from shared_layer.outbound.target import Target

HEAD_LIMIT: Final = 64 << 10
_CHUNK: Final = 64 << 10


class Reply:
    """An answer while it arrives; httptools calls the `on_` methods. Raises FetchFailed beyond `limit` bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = self._head = 0
        self._chunks: list[bytes] = []
        self.headers: dict[str, str] = {}
        self.complete = False
        self.parser = httptools.HttpResponseParser(self)

    @property
    def status(self) -> int:
        """The status code."""
        return int(self.parser.get_status_code())

    @property
    def body(self) -> bytes:
        """What has come of the body."""
        return b"".join(self._chunks)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head += len(name) + len(value)
        if self._head > HEAD_LIMIT:
            raise FetchFailed("The answer's headers are too large.")
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size > self._limit:
            raise FetchFailed(f"The answer has more than the {self._limit} bytes that are read.")
        self._chunks.append(body)

    def on_message_complete(self) -> None:
        self.complete = True


async def exchange(
    target: Target, address: str, method: str, headers: Mapping[str, str], content: bytes, limit: int
) -> Reply:
    """The answer of `target` at `address`; TLS is checked against the target's name. Raises FetchFailed, OSError."""
    tls = _tls() if target.scheme == "https" else None
    reader, writer = await asyncio.open_connection(
        address, target.port, ssl=tls, server_hostname=target.host if tls else None, limit=_CHUNK
    )
    try:
        writer.write(_request(target, method, headers, content))
        await writer.drain()
        return await _read(reader, Reply(limit), method)
    finally:
        writer.transport.abort()


def _request(target: Target, method: str, headers: Mapping[str, str], content: bytes) -> bytes:
    lines = {"host": target.authority, "connection": "close", "accept-encoding": "identity", **headers}
    if content or method in ("POST", "PUT", "PATCH"):
        lines["content-length"] = str(len(content))
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {target.path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + content


async def _read(reader: asyncio.StreamReader, reply: Reply, method: str) -> Reply:
    try:
        while not reply.complete:
            data = await reader.read(_CHUNK)
            if not data:
                break
            reply.parser.feed_data(data)
            if method == "HEAD" and b"\r\n\r\n" in data:
                break
    except httptools.HttpParserCallbackError as error:
        raise error.__context__ if isinstance(error.__context__, FetchFailed) else FetchFailed() from error
    except (httptools.HttpParserError, httptools.HttpParserUpgrade):
        raise FetchFailed("The answer is not HTTP.") from None
    if not reply.complete and (reply.status == 0 or ("content-length" in reply.headers and method != "HEAD")):
        raise FetchFailed("The answer broke off.")
    return reply


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
