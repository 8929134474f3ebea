"""Load shedding: an instance works on as many calls as it declares, lets a few wait, and refuses the rest at once.

What is refused costs a hundredth of what is served, so that an instance under three times its load goes on answering
what it can. Cloud Run holds an instance to its concurrency as well; here it holds for whoever calls.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from shared_layer.core.logs import log

QUEUED_SHARE: Final = 8
"""One call may wait for every eight that run."""

QUEUED_SECONDS: Final = 1.0
TOLD_SECONDS: Final = 1.0


class Capacity:
    """Room for `limit` calls at a time. Whoever finds `running < limit` takes a place by counting it up."""

    __slots__ = ("_longest_queue", "_shed", "_waiting", "limit", "name", "running")

    def __init__(self, name: str, limit: int) -> None:
        self.name, self.limit = name, limit
        self.running = 0
        self._longest_queue = max(1, limit // QUEUED_SHARE)
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._shed = 0

    async def wait(self) -> bool:
        """Whether a place came free in time; it is then held for the caller, and counted already."""
        if len(self._waiting) >= self._longest_queue:
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

    def leave(self) -> None:
        """Give the place back: to whoever waits longest, where somebody does."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self.running -= 1

    def _refused(self) -> None:
        self._shed += 1
        if self._shed == 1:
            asyncio.get_running_loop().call_later(TOLD_SECONDS, self._tell)

    def _tell(self) -> None:
        """One line for a second's refusals: a line each would cost more than the refusals themselves."""
        shed, self._shed = self._shed, 0
        log("WARNING", "overloaded", f"{self.name}: {shed} calls refused within a second", shed=shed, limit=self.limit)
