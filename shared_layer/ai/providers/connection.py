"""One HTTP/1.1 connection to a provider: a request at a time, its answer as it arrives.

OpenAI's own client costs several CPU-ms a call, httpx a good part of that; what a provider needs is a POST with a key
and an answer whole or in parts. httptools parses, the event loop's transport carries. No proxy of the environment is
used, and no redirect is followed: a provider's address is our own configuration.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final, cast

import httptools

from shared_layer.ai.providers.errors import Unreachable

BODY_LIMIT: Final = 32 << 20
HEAD_LIMIT: Final = 64 << 10
PAUSE_ABOVE: Final = 256 << 10


class Connection(asyncio.Protocol):
    """A socket. Waiting ends with TimeoutError at a moment of the loop's clock; the socket is then closed for good."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._error: Exception | None = None
        self._clear()

    def _clear(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._parts: deque[bytes] = deque()
        self._held = self._size = self._head_size = 0
        self._paused = self._begun = self._sized = False
        self.status = 0
        self.headers: dict[str, str] = {}
        self.complete = self._keeps = False

    @property
    def reusable(self) -> bool:
        """Whether another request may follow: the answer came whole, and neither side wants to end."""
        transport = self._transport
        return self.complete and transport is not None and not transport.is_closing() and self._keeps

    @property
    def untouched(self) -> bool:
        """Whether nothing of an answer has come."""
        return not self._begun

    def send(self, request: bytes) -> None:
        """Begin an exchange."""
        if self._transport is None or self._transport.is_closing():
            raise Unreachable("the connection was closed")
        self._clear()
        self._transport.write(request)

    async def head(self, until: float) -> int:
        """The status, once the headers have come."""
        while not self.status:
            await self._more(until)
        return self.status

    async def body(self, until: float) -> bytes:
        """The whole body."""
        while not self.complete:
            await self._more(until)
        return self._take()

    async def part(self, until: float) -> bytes:
        """What has come of the body since the last call, at least a byte; empty at the end."""
        while not self._parts and not self.complete:
            await self._more(until)
        return self._take()

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    async def _more(self, until: float) -> None:
        if self._error is not None:
            raise self._error
        self._waiter = self._loop.create_future()
        timer = self._loop.call_at(until, self._expire)
        try:
            await self._waiter
        finally:
            timer.cancel()
            self._waiter = None

    def _expire(self) -> None:
        self._fail(TimeoutError())
        self.close()

    def _take(self) -> bytes:
        data = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._parts.clear()
        self._held = 0
        if self._paused and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()
        return data

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _fail(self, error: Exception) -> None:
        self._error = self._error or error
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(self._error)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one by behaviour, not by class

    def data_received(self, data: bytes) -> None:
        self._begun = True
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            cause = error.__context__
            self._fail(cause if isinstance(cause, Unreachable) else Unreachable("the answer is not HTTP"))
            self.close()
            return
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if self.status and not self.complete and not self._sized and error is None:
            self.complete = True  # a body without a length ends with its connection
            self._wake()
        elif not self.complete:
            self._fail(Unreachable(str(error) if error else "the connection was closed before the answer was whole"))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head_size += len(name) + len(value)
        if self._head_size > HEAD_LIMIT:
            raise Unreachable("the answer's headers are too large")
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:
            self.headers.clear()
            return
        self.status = status
        self._sized = "content-length" in self.headers or "transfer-encoding" in self.headers

    def on_body(self, body: bytes) -> None:
        self._parts.append(body)
        self._size += len(body)
        self._held += len(body)
        if self._size > BODY_LIMIT:
            raise Unreachable(f"the answer has more than {BODY_LIMIT >> 20} MiB")
        if self._held > PAUSE_ABOVE and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        if self.status:
            self._keeps = self._parser.should_keep_alive()
            self.complete = True
