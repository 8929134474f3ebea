"""The deadline of an operation's calls, with one timer for all of them.

What `asyncio.timeout_at` does, at a sixth of its cost: the calls of one operation may all take equally long, so that
they fall due in the order in which they began, and only the first one's moment must be watched.
"""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any

from shared_layer.core.event_loop import running_loop


class Deadline:
    """The calls under way in one event loop, oldest first."""

    __slots__ = ("_loop", "_timer", "_under_way")

    def __init__(self) -> None:
        self._under_way: dict[_Call, None] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None

    def until(self, due: float) -> _Call:
        """A context that ends the current task's work at `due` (not before the last one's) with TimeoutError."""
        loop = running_loop()
        task: Any = asyncio.current_task(loop)
        call = _Call(self._under_way, task, due)
        if self._timer is None or self._loop is not loop:
            self._loop = loop
            self._timer = loop.call_at(due, self._end_due)
        return call

    def _end_due(self) -> None:
        self._timer = None
        if self._loop is None:
            return
        moment = self._loop.time()
        for call in [*self._under_way]:
            if call.due > moment:
                self._timer = self._loop.call_at(call.due, self._end_due)
                return
            del self._under_way[call]
            call.expire()


class _Call:
    """One call: entered when it begins, left when it ends."""

    __slots__ = ("_cancelling", "_expired", "_task", "_under_way", "due")

    def __init__(self, under_way: dict[_Call, None], task: asyncio.Task[Any], due: float) -> None:
        self._under_way, self._task, self.due = under_way, task, due
        self._cancelling = task.cancelling()
        self._expired = False

    def __enter__(self) -> None:
        self._under_way[self] = None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._under_way.pop(self, None)
        if self._expired and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def expire(self) -> None:
        """End it: whatever it awaits is cancelled."""
        self._expired = True
        self._task.cancel()
