"""What a listener is told, as server-sent events (WHATWG HTML, section 9.2)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Final

from starlette.responses import StreamingResponse
from starlette.types import Message, Send

from shared_layer.core.caller import Caller
from shared_layer.core.logs import log
from shared_layer.live.entry import Entry
from shared_layer.live.following import Place, following
from shared_layer.live.listener import Heartbeat, Lagging, Told

MEDIA_TYPE: Final = "text/event-stream"
HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
SEND_SECONDS: Final = 30.0
"""So long may what is sent wait for the listener to read; then the connection is cut."""


async def stream(place: Place, caller: Caller, ending: Callable[[], bool]) -> AsyncIterator[bytes]:
    """The stream's bytes: where it begins, then events under their numbers, heartbeats, and the end."""
    async with following(place, caller, ending) as listener:
        yield b'retry: 1000\nid: %d\nevent: ready\ndata: {"seq":%d}\n\n' % (place.seq, place.seq)
        async for told in listener.told():
            yield as_sse(told)


def as_sse(told: Told) -> bytes:
    """One thing as an event. A heartbeat moves the listener's last id, and is no event."""
    if isinstance(told, Entry):
        return told.as_sse
    if isinstance(told, Heartbeat):
        return b": heartbeat\nid: %d\n\n" % told.seq
    if isinstance(told, Lagging):
        return b'event: lagging\ndata: {"behind":%d}\n\n' % told.behind
    return b'event: end\ndata: {"reason":"%b"}\n\n' % told.reason.encode()


class LiveStream(StreamingResponse):
    """A stream that waits for its reader, but not for ever."""

    def __init__(self, content: AsyncIterator[bytes]) -> None:
        super().__init__(content, headers=HEADERS, media_type=MEDIA_TYPE)

    async def stream_response(self, send: Send) -> None:
        """Send chunk by chunk; who does not read for half a minute is cut off."""

        async def patiently(message: Message) -> None:
            async with asyncio.timeout(SEND_SECONDS):
                await send(message)

        try:
            await super().stream_response(patiently)
        except TimeoutError:
            log("WARNING", "listener_cut_off", f"nothing was read for {SEND_SECONDS:.0f} s")
