"""What a listener is told, over a WebSocket: JSON texts, `type` says what each is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from shared_layer.core.caller import Caller
from shared_layer.core.logs import log
from shared_layer.live.entry import Entry
from shared_layer.live.following import LiveStart, following, place_of
from shared_layer.live.listener import End, Heartbeat, Lagging, Listener, Told
from shared_layer.live.sse import SEND_SECONDS

CODES: Final = {"reconnect": 1012, "revoked": 1008}
"""RFC 6455, 7.4: 1012 (the service restarts) asks to connect again, 1008 says that it makes no sense."""

TOO_SLOW: Final = 1013


async def converse(start: LiveStart, caller: Caller, socket: WebSocket, ending: Callable[[], bool]) -> None:
    """Tell the other side everything until one of the two goes. Raises ValidationFailed before it is accepted."""
    place = await place_of(start, None, caller)
    await socket.accept()
    async with following(place, caller, ending) as listener:
        watch = asyncio.get_running_loop().create_task(_watch(socket, listener))
        try:
            await _send(socket, f'{{"type":"ready","id":{place.seq}}}')
            async for told in listener.told():
                await _send(socket, as_text(told))
                if isinstance(told, End):
                    await socket.close(CODES.get(told.reason, 1000), told.reason)
        except WebSocketDisconnect:
            pass  # the other side went: there is nobody to tell
        except TimeoutError:
            log("WARNING", "listener_cut_off", f"nothing was read for {SEND_SECONDS:.0f} s")
            await socket.close(TOO_SLOW, "too slow")
        finally:
            watch.cancel()


def as_text(told: Told) -> str:
    """One thing as a message."""
    if isinstance(told, Entry):
        return told.as_text
    if isinstance(told, Heartbeat):
        return f'{{"type":"heartbeat","id":{told.seq}}}'
    if isinstance(told, Lagging):
        return f'{{"type":"lagging","behind":{told.behind}}}'
    return f'{{"type":"end","reason":"{told.reason}"}}'


async def _send(socket: WebSocket, text: str) -> None:
    async with asyncio.timeout(SEND_SECONDS):
        await socket.send_text(text)


async def _watch(socket: WebSocket, listener: Listener) -> None:
    """Read what the other side sends, which means nothing here, until it goes."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        continue
    listener.end("gone")
