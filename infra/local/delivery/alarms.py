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

_FEW = 1000


class Alarm:
    """One callback that has not run yet."""

    __slots__ = ("_alarms", "_callback")

    def __init__(self, alarms: Alarms, callback: Callable[[], object]) -> None:
        self._alarms = alarms
        self._callback: Callable[[], object] | None = callback

    @property
    def cancelled(self) -> bool:
        return self._callback is None

    def cancel(self) -> None:
        if self._callback is not None:
            self._callback = None
            self._alarms.forget_one()

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
        self._cancelled = 0
        self._task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        """How many alarms are kept, cancelled ones among them."""
        return len(self._heap)

    def after(self, seconds: float, callback: Callable[[], object]) -> Alarm:
        """Run `callback` once, `seconds` from now."""
        alarm = Alarm(self, callback)
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

    def forget_one(self) -> None:
        """An alarm was cancelled: where most are, drop them, so that long deadlines do not pile up."""
        self._cancelled += 1
        if self._cancelled > _FEW and self._cancelled * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if not entry[2].cancelled]
            heapq.heapify(self._heap)
            self._cancelled = 0

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
                self._ring(heapq.heappop(self._heap)[2])
        self._task = None

    def _ring(self, alarm: Alarm) -> None:
        if alarm.cancelled:
            self._cancelled -= 1
            return
        try:
            alarm.ring()
        except Exception:
            log.exception("an alarm's callback failed")
