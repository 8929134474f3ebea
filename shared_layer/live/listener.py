"""One listener: where it is, what waits for it, and what it is told.

It is either attached to the hub, which puts new events into its queue, or catches up from the store at its own pace. A
queue that is full detaches it: it is told that it lags, works off its queue, and reads on from the store. So nothing is
lost, and nothing grows.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shared_layer.live.entry import Entry

if TYPE_CHECKING:
    from shared_layer.live.hub import Hub

QUEUED: Final = 256
QUEUED_BYTES: Final = 1 << 20
HEARTBEAT_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Nothing happened; `seq` is where the listener is all the same."""

    seq: int


@dataclass(frozen=True, slots=True)
class Lagging:
    """The listener is `behind` by so many events, which come now from the store."""

    behind: int


@dataclass(frozen=True, slots=True)
class End:
    """The stream ends: `reason` is `reconnect`, `revoked` or `unavailable`."""

    reason: str


Told = Entry | Heartbeat | Lagging | End


class Listener:
    """A listener to one tenant's events of `types` (none: all) after number `seq`, opened with `credential`."""

    def __init__(self, hub: Hub, seq: int, types: frozenset[str], credential: str) -> None:
        self._hub, self._types = hub, types
        self.seq, self.credential = seq, credential
        self._queue: deque[Entry] = deque()
        self._queued_bytes = 0
        self._attached = False
        self._lags = False
        self._end: End | None = None
        self._wake = asyncio.Event()

    def push(self, entry: Entry) -> None:
        """A new event, from the hub."""
        if not self._attached or entry.seq <= self.seq:
            return
        if not entry.wanted(self._types):
            if not self._queue:
                self.seq = entry.seq
            return
        if len(self._queue) >= QUEUED or self._queued_bytes + len(entry.data) > QUEUED_BYTES:
            self._attached, self._lags = False, True
            return
        self._queue.append(entry)
        self._queued_bytes += len(entry.data)
        self._wake.set()

    def end(self, reason: str) -> None:
        """End it after what it is sending now."""
        self._end = End(reason)
        self._wake.set()

    @property
    def queued(self) -> int:
        """How many events wait for it."""
        return len(self._queue)

    async def told(self) -> AsyncIterator[Told]:
        """What it is told, until its end; the next thing is looked for when the last one was taken."""
        while self._end is None:
            if self._queue:
                entry = self._queue.popleft()
                self._queued_bytes -= len(entry.data)
                self.seq = entry.seq
                yield entry
            elif self._attached:
                if not await self._woken():
                    yield Heartbeat(self.seq)
            elif self._hub.reached(self.seq):
                self._attached, self._lags = True, False
            else:
                async for told in self._catch_up():
                    yield told
        yield self._end

    async def _catch_up(self) -> AsyncIterator[Told]:
        if self._lags:
            self._lags = False
            yield Lagging(self._hub.last - self.seq)
        for entry in await self._hub.after(self.seq):
            if self._end is not None:
                return
            self.seq = entry.seq
            if entry.wanted(self._types):
                yield entry

    async def _woken(self) -> bool:
        """Whether something came within the heartbeat's time."""
        self._wake.clear()
        if self._queue or self._end is not None:
            return True
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            return False
        return True
