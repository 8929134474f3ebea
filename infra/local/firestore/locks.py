"""Exclusive locks on documents' names, granted first in, first out.

Who waits in a circle would wait for ever, so a circle is broken as it closes: its youngest owner is evicted.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(eq=False, slots=True)
class Owner:
    """Who holds locks. Of several in a circle, the one of the highest `seniority` number gives way."""

    seniority: int
    held: set[str] = field(default_factory=set)
    waits: list[Wait] = field(default_factory=list)
    evicted: bool = False


@dataclass(eq=False, slots=True)
class Wait:
    """One place in the queue for one name; `granted` is told False when its owner is evicted."""

    owner: Owner
    name: str
    granted: asyncio.Future[bool]


class Locks:
    """The queues, one for each name that somebody holds."""

    def __init__(self) -> None:
        self._holders: dict[str, Owner] = {}
        self._queues: dict[str, deque[Wait]] = {}

    async def acquire(self, owner: Owner, names: Iterable[str]) -> bool:
        """Take `names` for `owner`, waiting in line for each; whether any had to be waited for.

        An evicted owner holds nothing and waits for nothing: the caller looks at `owner.evicted`.
        """
        waited = False
        for name in sorted(names):
            while not owner.evicted and not self._take(owner, name):
                waited = True
                await self._wait(owner, name)
        return waited

    def release(self, owner: Owner) -> None:
        """Give up all that `owner` holds; the next in each line is granted."""
        for name in owner.held:
            del self._holders[name]
            self._grant_next(name)
        owner.held.clear()

    def evict(self, owner: Owner) -> None:
        """Take everything from `owner`, its places in the queues too."""
        owner.evicted = True
        for wait in list(owner.waits):
            self._leave(wait)
            if not wait.granted.done():
                wait.granted.set_result(False)
        self.release(owner)

    def _take(self, owner: Owner, name: str) -> bool:
        holder = self._holders.get(name)
        if holder is None:
            self._holders[name] = owner
            owner.held.add(name)
            return True
        return holder is owner

    async def _wait(self, owner: Owner, name: str) -> None:
        wait = Wait(owner, name, asyncio.get_running_loop().create_future())
        self._queues.setdefault(name, deque()).append(wait)
        owner.waits.append(wait)
        while circle := self._circle(owner):
            self.evict(max(circle, key=lambda member: member.seniority))
        try:
            await wait.granted
        except asyncio.CancelledError:
            self._leave(wait)
            raise

    def _grant_next(self, name: str) -> None:
        while queue := self._queues.get(name):
            first = queue[0]
            # Handed over, not set free: whoever comes meanwhile would jump the queue.
            for wait in [wait for wait in queue if wait.owner is first.owner]:
                self._leave(wait)
                if not wait.granted.done():
                    self._holders[name] = wait.owner
                    wait.owner.held.add(name)
                    wait.granted.set_result(True)
            if name in self._holders:
                return

    def _leave(self, wait: Wait) -> None:
        if wait in wait.owner.waits:
            wait.owner.waits.remove(wait)
            queue = self._queues[wait.name]
            queue.remove(wait)
            if not queue:
                del self._queues[wait.name]

    def _circle(self, start: Owner) -> list[Owner]:
        """The owners, `start` first, each of whom waits for the next and the last for `start`; empty if none."""
        trail: list[Owner] = []
        seen: set[int] = set()

        def leads_back(owner: Owner) -> bool:
            seen.add(id(owner))
            trail.append(owner)
            for blocker in self._blockers(owner):
                if blocker is start or (id(blocker) not in seen and leads_back(blocker)):
                    return True
            trail.pop()
            return False

        return trail if leads_back(start) else []

    def _blockers(self, owner: Owner) -> Iterator[Owner]:
        for wait in owner.waits:
            yield self._holders[wait.name]
            for earlier in self._queues[wait.name]:
                if earlier is wait:
                    break
                if earlier.owner is not owner:
                    yield earlier.owner
