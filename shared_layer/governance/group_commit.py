"""Many writers of one document: what arrives while a commit is under way travels together in the next.

A chain's head and a quota's counter are one document each, and every answer waits for a durable commit. Committed one
by one, callers would queue behind each other's round trips; gathered, an instance makes one commit at a time whatever
the load, and instances meet only through the document's update time: who comes second reads again and retries.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, Generic, TypeVar

from shared_layer.core.context import RequestContext, current, enter
from shared_layer.core.errors import Conflict, Unavailable
from shared_layer.storage.retry_budget import pause

COMMIT_SECONDS: Final = 20.0
MOST: Final = 100
TRIES: Final = 40

Item = TypeVar("Item")
Result = TypeVar("Result")
Commit = Callable[[str, list[Item]], Awaitable[list[Result | Exception]]]


@dataclass(slots=True)
class _Lane(Generic[Item, Result]):
    """What waits for one document."""

    loop: asyncio.AbstractEventLoop
    waiting: list[tuple[Item, asyncio.Future[Result], RequestContext | None]] = field(default_factory=list)
    worker: asyncio.Task[None] | None = None


class GroupCommit(Generic[Item, Result]):
    """Commits items by key: one commit at a time for each, up to 100 items in it, in order of arrival.

    `commit` answers a result, or an exception to be raised, for each item. What it raises reaches all of them.
    """

    def __init__(self, commit: Commit[Item, Result]) -> None:
        self._commit = commit
        self._lanes: dict[str, _Lane[Item, Result]] = {}

    async def add(self, key: str, item: Item) -> Result:
        """The result for `item`, once it is committed."""
        loop = asyncio.get_running_loop()
        lane = self._lanes.get(key)
        if lane is None or lane.loop is not loop:
            lane = self._lanes[key] = _Lane(loop)
        answer: asyncio.Future[Result] = loop.create_future()
        lane.waiting.append((item, answer, current()))
        if lane.worker is None:
            lane.worker = loop.create_task(self._work(key, lane))
        return await answer

    async def _work(self, key: str, lane: _Lane[Item, Result]) -> None:
        while lane.waiting:
            batch, lane.waiting = lane.waiting[:MOST], lane.waiting[MOST:]
            context = batch[0][2]
            if context is not None:  # the batch is not bound by the deadline of whoever happened to be first
                enter(replace(context, deadline=lane.loop.time() + COMMIT_SECONDS, labels={}))
            try:
                results = await self._commit(key, [item for item, _, _ in batch])
            except Exception as error:  # noqa: BLE001 (handed to every caller that waits)
                results = [error] * len(batch)
            for (_, answer, _), result in zip(batch, results, strict=True):
                _tell(answer, result)
        lane.worker = None
        if self._lanes.get(key) is lane:
            del self._lanes[key]


def _tell(answer: asyncio.Future[Any], result: Any) -> None:
    if answer.done():
        return
    if isinstance(result, Exception):
        answer.set_exception(result)
    else:
        answer.set_result(result)


async def until_unopposed(attempt: Callable[[], Awaitable[Result]]) -> Result:
    """`attempt` again, from its reading on, for as long as its commit finds that another instance came first.

    One of those that compete always succeeds, so that all of them get on. Raises Unavailable after 40 tries.
    """
    for number in range(TRIES):
        try:
            return await attempt()
        except Conflict as conflict:
            if type(conflict) is not Conflict:
                raise  # a kind of its own (an illegal transition) is an answer, not a collision
            await asyncio.sleep(pause(min(number, 2)))
    raise Unavailable("Too many calls change this at the same time. Retry in a few seconds.")
