"""A tenant's hub in this instance: one subscription and one reader, for however many listeners.

It hears of new events from Redis, in whatever order, and hands them on in the chain's order. Where one is missing, and
every few seconds without Redis's help, it asks the store. While nobody listens there is no hub.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from shared_layer.access.standing import Standing
from shared_layer.core.logs import log
from shared_layer.live.announcing import announced, channel_of
from shared_layer.live.chain_reading import head_of, read_after
from shared_layer.live.entry import Entry
from shared_layer.live.listener import Listener
from shared_layer.storage.redis_channels import channels

SCOPE: Final = "live:read"
KEPT: Final = 256
KEPT_BYTES: Final = 4 << 20
LOOK_SECONDS: Final = 1.0
ASK_ANYWAY_SECONDS: Final = 5.0
SETTLE_SECONDS: Final = 0.05


class Hub:
    """The events of one tenant after `last`, handed to `listeners`."""

    def __init__(self, tenant_id: str, last: int, ending: Callable[[], bool]) -> None:
        self.tenant_id, self.last = tenant_id, last
        self._ending = ending
        self._listeners: set[Listener] = set()
        self._recent: deque[Entry] = deque()
        self._recent_bytes = 0
        self._announced: dict[int, Entry] = {}
        self._missed = False
        self._wake = asyncio.Event()
        self._reads: dict[int, asyncio.Task[list[Entry]]] = {}
        self._standing = Standing(tenant_id, SCOPE)
        self._worker: asyncio.Task[None] | None = None

    def add(self, listener: Listener) -> None:
        """Hand events to a listener, too."""
        self._listeners.add(listener)
        if self._worker is None:
            channels().listen(channel_of(self.tenant_id), self._hear)
            self._worker = asyncio.get_running_loop().create_task(self._work())

    def remove(self, listener: Listener) -> bool:
        """Hand it none any more; whether it was the last one, with which the hub ends."""
        self._listeners.discard(listener)
        if self._listeners:
            return False
        channels().leave(channel_of(self.tenant_id), self._hear)
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None
        return True

    @property
    def listening(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def reached(self, seq: int) -> bool:
        """Whether nothing is known after number `seq`: who is there may wait for what comes."""
        return seq >= self.last

    async def after(self, seq: int) -> list[Entry]:
        """Up to 100 events after `seq`: the latest ones from memory, others from the store, once for all who ask."""
        if self._recent and self._recent[0].seq <= seq + 1:
            return [entry for entry in self._recent if entry.seq > seq]
        reading = self._reads.get(seq)
        if reading is None:
            reading = asyncio.get_running_loop().create_task(read_after(self.tenant_id, seq))
            self._reads[seq] = reading
            reading.add_done_callback(lambda _: self._reads.pop(seq, None))
        return await asyncio.shield(reading)

    def end(self, reason: str) -> None:
        """End every listener."""
        for listener in self._listeners:
            listener.end(reason)

    def _hear(self, message: bytes | None) -> None:
        """An announcement, or (None) the word that some may have been missed."""
        if message is None:
            self._missed = True
        else:
            try:
                entry = announced(message)
            except (ValueError, KeyError, TypeError) as error:
                log("ERROR", "unreadable_announcement", f"{type(error).__name__}: {error}")
                return
            if entry.seq <= self.last:
                return
            self._announced[entry.seq] = entry
            if len(self._announced) > KEPT:
                self._announced.clear()
                self._missed = True
        self._hand_on_announced()
        if self._announced or self._missed:
            self._wake.set()

    def _hand_on_announced(self) -> None:
        """Hand on what follows the last event without a gap, and is here whole."""
        while (entry := self._announced.get(self.last + 1)) is not None and entry.data:
            del self._announced[entry.seq]
            self._hand_on(entry)

    def _hand_on(self, entry: Entry) -> None:
        self.last = entry.seq
        self._recent.append(entry)
        self._recent_bytes += len(entry.data)
        while len(self._recent) > KEPT or self._recent_bytes > KEPT_BYTES:
            self._recent_bytes -= len(self._recent.popleft().data)
        for listener in self._listeners:
            listener.push(entry)

    async def _work(self) -> None:
        """Mend gaps, ask the store now and then, and look whether the listeners may still listen."""
        loop = asyncio.get_running_loop()
        asked_at = loop.time()
        while True:
            await self._rest()
            if self._ending():
                self.end("reconnect")
            try:
                if self._missed or self._announced or loop.time() >= asked_at + ASK_ANYWAY_SECONDS:
                    asked_at, self._missed = loop.time(), False
                    await self._ask_store()
                for credential in await self._standing.lost({each.credential for each in self._listeners}):
                    self._end_all_with(credential)
            except Exception as error:  # noqa: BLE001 (a store that is away is asked again; the listeners stay)
                log("WARNING", "live_waits", f"{type(error).__name__}: {error}")
                self._missed = True

    async def _rest(self) -> None:
        """Wait for something to mend; what comes out of order has a moment to fall into its place by itself."""
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._wake.wait()
            await asyncio.sleep(SETTLE_SECONDS)
        except TimeoutError:
            return
        finally:
            self._wake.clear()

    async def _ask_store(self) -> None:
        """Hand on everything that the store has after the last event."""
        if await head_of(self.tenant_id) > self.last:
            while entries := await read_after(self.tenant_id, self.last):
                for entry in entries:
                    if entry.seq > self.last:
                        self._hand_on(entry)
        for seq in [seq for seq in self._announced if seq <= self.last]:
            del self._announced[seq]
        self._hand_on_announced()

    def _end_all_with(self, credential: str) -> None:
        for listener in self._listeners:
            if listener.credential == credential:
                listener.end("revoked")
