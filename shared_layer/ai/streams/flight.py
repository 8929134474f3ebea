"""One stream for all who ask the same at the same time: a provider is asked once, everybody reads all of it in order.

A task takes the pieces into a log as they come, and every reader reads the log from its beginning at its own pace. So
it is nobody's stream in particular: whoever asked first may leave, and the others read on; where the last one leaves,
the provider is hung up on. A log holds `KEPT` bytes. Of a longer answer what all have read is let go (who comes then
asks anew), and a reader that is that far behind the others for `LAG_SECONDS` is told so and left behind.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Final

from shared_layer.ai.providers.chunks import error_event
from shared_layer.ai.streams.begun import Begun
from shared_layer.core.logs import log_exception

KEPT: Final = 1 << 20
LAG_SECONDS: Final = 10.0

Begin = Callable[[], AbstractAsyncContextManager[Begun]]


class Reader:
    """One of those who read a flight; `position` counts pieces from the very first."""

    def __init__(self) -> None:
        self.position = 0
        self.behind = False


class Flight:
    """A stream under way. `open`: who comes now can still read all of it."""

    def __init__(self, begin: Begin, at_end: Callable[[], object]) -> None:
        self.open = True
        self._readers: set[Reader] = set()
        self._log: list[bytes] = []
        self._dropped = self._size = 0
        self._over = False
        self._begun: asyncio.Future[Begun] = asyncio.get_running_loop().create_future()
        self._news, self._room = asyncio.Event(), asyncio.Event()
        self._at_end = at_end
        self._task = asyncio.get_running_loop().create_task(self._run(begin))

    async def join(self, reader: Reader) -> Begun:
        """The answer for one more reader, once it has begun. Raises what kept it from beginning.

        The reader must `leave` in the end, also where it is cancelled in here.
        """
        self._readers.add(reader)
        return await asyncio.shield(self._begun)

    async def pieces(self, reader: Reader) -> AsyncIterator[bytes]:
        """What came and comes, in order."""
        while not reader.behind:
            if new := self._log[reader.position - self._dropped :]:
                reader.position += len(new)
                self._room.set()
                yield new[0] if len(new) == 1 else b"".join(new)
            elif self._over:
                return
            else:
                await self._news.wait()
        yield error_event("You read more slowly than the answer came, and it is too long to be kept. Ask again.")

    def leave(self, reader: Reader) -> None:
        """One reader reads no further; where it was the last, nobody does."""
        self._readers.discard(reader)
        self._room.set()
        if not self._readers and not self._over:
            self._close()
            self._task.cancel()

    def _close(self) -> None:
        if self.open:
            self.open = False
            self._at_end()

    async def _run(self, begin: Begin) -> None:
        try:
            async with begin() as begun:
                self._begun.set_result(begun)
                try:
                    async for piece in begun.pieces:
                        await self._take(piece)
                finally:
                    begun.leave()
        except Exception as error:  # noqa: BLE001 (told to every reader)
            if self._begun.done():
                log_exception("ai_stream_failed", error)
                self._log.append(error_event("The answer broke off: the platform failed. Ask again."))
            else:
                self._begun.set_exception(error)
                self._begun.exception()  # known, also where nobody waits any more
        finally:
            self._close()
            self._over = True
            self._begun.cancel()
            self._tell()

    async def _take(self, piece: bytes) -> None:
        self._log.append(piece)
        self._size += len(piece)
        self._tell()
        while self._size > KEPT:
            self._close()
            self._let_go()
            if self._size > KEPT:
                await self._wait_for_room()

    def _tell(self) -> None:
        self._news.set()
        self._news.clear()

    def _let_go(self) -> None:
        """Drop what every reader has read."""
        read = min((reader.position for reader in self._readers), default=self._dropped) - self._dropped
        self._size -= sum(map(len, self._log[:read]))
        del self._log[:read]
        self._dropped += read

    async def _wait_for_room(self) -> None:
        """Wait until somebody read; where others wait for the slowest one for too long, leave it behind."""
        self._room.clear()
        try:
            async with asyncio.timeout(LAG_SECONDS if len(self._readers) > 1 else None):
                await self._room.wait()
        except TimeoutError:
            slowest = min(self._readers, key=lambda reader: reader.position)
            slowest.behind = True
            self._readers.discard(slowest)
            self._tell()
