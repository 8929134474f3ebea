"""Deliveries to one endpoint, several at once, so that a slow or dead endpoint holds up only itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Generic, TypeVar

from infra.local.delivery.alarms import Alarm, Alarms
from infra.local.delivery.backoff import Backoff
from infra.local.delivery.http import HttpError

log = logging.getLogger(__name__)

# https://cloud.google.com/pubsub/docs/push: the statuses that acknowledge a message.
ACKNOWLEDGING = frozenset({102, 200, 201, 202, 204})

_FIRST_WINDOW, _WIDEST_WINDOW = 4, 64
_PATIENCE = 3  # failures in a row that do not slow the lane: a poison message is not a dead endpoint
_PAUSE = Backoff(0.05, 1.0)

T = TypeVar("T")


class Lane(Generic[T]):
    """Takes what is due and sends it, as long as its window has room.

    The window opens by one with each success and halves with each failure; after a few failures in a row the lane
    also rests for up to a second between attempts, so that a dead endpoint costs next to nothing.

    `take` gives the next item or None; `send` answers with an HTTP status; `settle` hears whether it was accepted.
    A send that lasts `timeout` seconds has failed.
    """

    def __init__(
        self,
        alarms: Alarms,
        take: Callable[[], T | None],
        send: Callable[[T], Coroutine[None, None, int]],
        settle: Callable[[T, bool], None],
        timeout: float,
    ) -> None:
        self.timeout = timeout
        self._alarms = alarms
        self._take, self._send, self._settle = take, send, settle
        self._in_flight: set[asyncio.Task[int]] = set()
        self._window = _FIRST_WINDOW
        self._failures = 0
        self._rest: Alarm | None = None
        self._stopped = False

    def wake(self) -> None:
        """Send what is due: call it whenever `take` may have something."""
        while not self._stopped and self._rest is None and len(self._in_flight) < self._window:
            item = self._take()
            if item is None:
                return
            task = asyncio.get_running_loop().create_task(self._send(item))
            self._in_flight.add(task)
            alarm = self._alarms.after(self.timeout, task.cancel)
            task.add_done_callback(partial(self._done, item, alarm))

    async def stop(self) -> None:
        """Break off what is in flight, without settling it."""
        self._stopped = True
        if self._rest is not None:
            self._rest.cancel()
        tasks = list(self._in_flight)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _done(self, item: T, alarm: Alarm, task: asyncio.Task[int]) -> None:
        alarm.cancel()
        self._in_flight.discard(task)
        if self._stopped:
            return
        accepted = _accepted(task)
        if accepted:
            self._failures = 0
            self._window = min(self._window + 1, _WIDEST_WINDOW)
        else:
            self._failures += 1
            self._window = max(self._window // 2, 1)
            self._rest_if_failing()
        self._settle(item, accepted)
        self.wake()

    def _rest_if_failing(self) -> None:
        if self._failures > _PATIENCE and self._rest is None:
            self._rest = self._alarms.after(_PAUSE.delay(self._failures - _PATIENCE), self._rested)

    def _rested(self) -> None:
        self._rest = None
        self.wake()


def _accepted(task: asyncio.Task[int]) -> bool:
    if task.cancelled():
        return False
    error = task.exception()
    if error is None:
        return task.result() in ACKNOWLEDGING
    if not isinstance(error, OSError | HttpError):
        log.error("a delivery failed in this program, not at its endpoint", exc_info=error)
    return False
