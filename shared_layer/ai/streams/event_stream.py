"""Server-sent events on their way out; whoever sends them is told when the caller leaves, also before the first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class EventStream(Response):
    """An answer of events. Starlette's own has a task group for each; this is one task that waits for the caller."""

    def __init__(
        self, events: AsyncIterator[bytes], leave: Callable[[], None], headers: list[tuple[bytes, bytes]]
    ) -> None:
        self.status_code = 200
        self.background = None
        self._events, self._leave = events, leave
        self.body = b""
        self.raw_headers = [*headers, (b"content-type", b"text/event-stream; charset=utf-8")]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 (ASGI)
        sending = asyncio.current_task()
        assert sending is not None
        watching = asyncio.get_running_loop().create_task(_until_gone(receive))
        watching.add_done_callback(lambda task: None if task.cancelled() else sending.cancel())
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            async for data in self._events:
                await send({"type": "http.response.body", "body": data, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        except asyncio.CancelledError:
            if not watching.done():
                raise
            sending.uncancel()
        finally:
            watching.cancel()
            self._leave()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
