"""Callbacks at moments of a clock, all of them behind one sleeping task."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import logging
from collections.abc import Callable

from infra.local.clock import Clock

log = logging.getLogger(__name__)

# Floating seconds since 1970 resolve to a quarter of a microsecond: a sleeper may wake that much early.
_RESOLUTION = 1e-6


class Alarm:
    """One callback that has not run yet."""

    __slots__ = ("_callback",)

    def __init__(self, callback: Callable[[], object]) -> None:
        self._callback: Callable[[], object] | None = callback

    def cancel(self) -> None:
        self._callback = None

    def ring(self) -> None:
        callback, self._callback = self._callback, None
        if callback is not None:
            callback()


class Alarms:
    """Runs callbacks when `clock` reaches their moment, earliest first. Needs a running event loop."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._order = itertools.count()
        self._heap: list[tuple[float, int, Alarm]] = []
        self._task: asyncio.Task[None] | None = None

    def after(self, seconds: float, callback: Callable[[], object]) -> Alarm:
        """Run `callback` once, `seconds` from now."""
        alarm = Alarm(callback)
        moment = self.clock.now() + seconds
        is_earliest = not self._heap or moment < self._heap[0][0]
        heapq.heappush(self._heap, (moment, next(self._order), alarm))
        if is_earliest:
            self._restart()
        return alarm

    def stop(self) -> None:
        """Forget every alarm."""
        self._heap.clear()
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _restart(self) -> None:
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()
        elif self._task is not None:
            return  # called from a ringing alarm: the loop below looks at the heap again by itself
        self._task = asyncio.get_running_loop().create_task(self._run(), name="alarms")

    async def _run(self) -> None:
        while self._heap:
            await self.clock.sleep(self._heap[0][0] - self.clock.now())
            while self._heap and self._heap[0][0] <= self.clock.now() + _RESOLUTION:
                alarm = heapq.heappop(self._heap)[2]
                try:
                    alarm.ring()
                except Exception:
                    log.exception("an alarm's callback failed")
        self._task = None
