"""Load shedding: an instance works on as many calls as it can, lets a few wait a moment, and refuses the rest at once.

What is refused costs a fraction of what is served, so that an instance under three times its load goes on answering
what it can. How many calls it can work on is what its function declares; Cloud Run holds it to that as well, here it
holds for whoever calls. Where the calls want more CPU than there is, the event loop comes late to everything, refusals
too. So one pass of the loop begins new calls for a few milliseconds only: those that have their place begin in the
next, after whoever can be refused in between. Where the loop comes late all the same, by what calls compute after they
waited, fewer are let in, until it is on time again (additive increase, multiplicative decrease, as TCP does).
That needs a process of the function's own; in one that it shares, the lateness is everybody's.
"""

from __future__ import annotations

import asyncio
from collections import deque
from time import perf_counter
from typing import Final

from shared_layer.core.logs import log
from shared_layer.core.settings import settings

QUEUED_SHARE: Final = 8
"""One call may wait for every eight that run."""

QUEUED_SECONDS: Final = 0.01
"""Whoever finds no place within this is refused: within 20 ms of its coming, the answer's own time included. Where
the event loop is late nobody waits at all: this would come late as well."""

PASS_SECONDS: Final = 0.004
"""How long one pass of the event loop begins calls."""

BRISK: Final = 2
"""So few calls begin whatever the pass has done: they are not many enough to hold it up."""

TOLD_SECONDS: Final = 1.0
LOOK_SECONDS: Final = 0.01
LATE_SECONDS: Final = 0.008
FEWER: Final = 0.7
LEAST_SHARE: Final = 2
"""At least one in two of the declared places stays, however late the loop is: it may be a neighbour's doing."""


class Capacity:
    """Room for `limit` calls at a time. Whoever finds `running < limit` takes a place by counting it up."""

    __slots__ = ("_declared", "_look", "_pass_began", "_shed", "_waiting", "limit", "name", "running")

    def __init__(self, name: str, limit: int) -> None:
        self.name, self.limit = name, limit
        self.running = 0
        self._declared = limit
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._shed = 0
        self._look: asyncio.TimerHandle | None = None
        self._pass_began = 0.0

    async def wait(self) -> bool:
        """Whether a place came free in time; it is then held for the caller, and counted already."""
        if self.limit < self._declared or len(self._waiting) >= max(1, self.limit // QUEUED_SHARE):
            self._refused()
            return False
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(QUEUED_SECONDS):
                await turn
        except TimeoutError:
            if turn.done() and not turn.cancelled():
                return True
            self._refused()
            return False
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()
            raise
        return True

    def pass_is_full(self) -> bool:
        """Whether this pass of the event loop has begun calls for long enough: then the next one does."""
        now = perf_counter()
        if not self._pass_began:
            self._pass_began = now
            asyncio.get_running_loop().call_soon(self._pass_ended)
        return now - self._pass_began >= PASS_SECONDS

    async def next_pass(self) -> None:
        """Wait for a pass of the event loop that has time for the call; in between it looks after the others."""
        while True:
            await asyncio.sleep(0)
            if not self.pass_is_full():
                return

    def _pass_ended(self) -> None:
        self._pass_began = 0.0

    def leave(self) -> None:
        """Give the place back: to whoever waits longest, where somebody does and there is room."""
        if self._look is None and settings().function:
            self._look_in(asyncio.get_running_loop())
        while self._waiting and self.running <= self.limit:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self.running -= 1

    def adapt(self, late: float) -> None:
        """Let fewer calls in where the event loop came `late` (in seconds), more where it was on time."""
        if late > LATE_SECONDS:
            self.limit = max(1, self._declared // LEAST_SHARE, int(self.limit * FEWER))
        else:
            self.limit = min(self._declared, self.limit + max(1, self._declared // 32))

    def _look_in(self, loop: asyncio.AbstractEventLoop) -> None:
        self._look = loop.call_later(LOOK_SECONDS, self._looked, loop, loop.time() + LOOK_SECONDS)

    def _looked(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        """Adapt, and look again as long as there is work or fewer are let in than declared."""
        self._look = None
        self.adapt(loop.time() - due)
        if self.running or self.limit < self._declared:
            self._look_in(loop)

    def _refused(self) -> None:
        self._shed += 1
        if self._shed == 1:
            asyncio.get_running_loop().call_later(TOLD_SECONDS, self._tell)

    def _tell(self) -> None:
        """One line for a second's refusals: a line each would cost more than the refusals themselves."""
        shed, self._shed = self._shed, 0
        log("WARNING", "overloaded", f"{self.name}: {shed} calls refused within a second", shed=shed, limit=self.limit)
