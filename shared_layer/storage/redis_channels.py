"""Redis's published messages: one connection of the process, however many channels are heard on it.

Redis keeps nothing for who is not connected. Whoever listens is therefore told (by None) whenever the connection begins
anew: something may have been missed, and the store knows what.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from weakref import WeakKeyDictionary

import hiredis

from shared_layer.core.logs import log
from shared_layer.core.settings import settings
from shared_layer.storage.redis import RedisUnavailable, redis

AGAIN_SECONDS: Final = 0.5
CONNECT_SECONDS: Final = 1.0
READ_BYTES: Final = 64 << 10
Heard = Callable[[bytes | None], None]


class Channels:
    """What this process's event loop listens to."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)
        self._heard: dict[bytes, set[Heard]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._worker: asyncio.Task[None] | None = None

    def listen(self, channel: str, heard: Heard) -> None:
        """Call `heard` with every message of `channel`, and with None when some may have been missed."""
        name = channel.encode()
        listeners = self._heard.setdefault(name, set())
        listeners.add(heard)
        if self._worker is None:
            self._worker = asyncio.get_running_loop().create_task(self._work())
        elif len(listeners) == 1:
            self._tell("SUBSCRIBE", name)

    def leave(self, channel: str, heard: Heard) -> None:
        """Call it no more."""
        name = channel.encode()
        listeners = self._heard.get(name, set())
        listeners.discard(heard)
        if not listeners and self._heard.pop(name, None) is not None:
            self._tell("UNSUBSCRIBE", name)
        if not self._heard and self._worker is not None:
            self._worker.cancel()
            self._worker = None

    def _tell(self, *words: str | bytes) -> None:
        if self._writer is not None:
            self._writer.write(hiredis.pack_command(words))

    async def _work(self) -> None:
        """Stay connected until nobody listens."""
        told = False
        while True:
            try:
                await self._hear()
            except (OSError, TimeoutError, hiredis.HiredisError) as error:
                if not told:
                    log("WARNING", "channels_unavailable", f"{type(error).__name__}: {error}")
                told = True
            else:
                told = False
            finally:
                if self._writer is not None:
                    self._writer.close()
                    self._writer = None
            await asyncio.sleep(AGAIN_SECONDS)

    async def _hear(self) -> None:
        """One connection, from its beginning to its end."""
        tls = ssl.create_default_context() if self._url.scheme == "rediss" else None
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, self._writer = await asyncio.open_connection(
                self._url.hostname or "127.0.0.1", self._url.port or 6379, ssl=tls
            )
        if self._url.password:
            user = (unquote(self._url.username),) if self._url.username else ()
            self._tell("AUTH", *user, unquote(self._url.password))
        if self._heard:
            self._tell("SUBSCRIBE", *self._heard)
        answers = hiredis.Reader()
        while data := await reader.read(READ_BYTES):
            answers.feed(data)
            while (answer := answers.gets()) is not False:
                self._take(answer)

    def _take(self, answer: Any) -> None:
        if isinstance(answer, hiredis.ReplyError):
            raise OSError(str(answer))
        if not isinstance(answer, list) or len(answer) != 3:
            return
        kind, channel, content = answer
        for heard in list(self._heard.get(channel, ())):
            if kind == b"message":
                heard(content)
            elif kind == b"subscribe":
                heard(None)


async def publish(channel: str, message: bytes) -> None:
    """Tell whoever listens now; where Redis is away nobody is told, and who listens asks the store before long."""
    try:
        await redis().command("PUBLISH", channel, message)
    except RedisUnavailable as error:
        log("WARNING", "not_published", str(error))


_of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, Channels] = WeakKeyDictionary()


def channels() -> Channels:
    """The channels of this event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _of_loop:
        _of_loop[loop] = Channels(settings().redis_url)
    return _of_loop[loop]
