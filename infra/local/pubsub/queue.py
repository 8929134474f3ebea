"""Which message is next: oldest first, and one ordering key's messages strictly one behind the other."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, eq=False)
class Entry:
    """A message that a subscription still has to deliver. `key` is empty where order does not matter.

    `gone` marks one that was acknowledged, expired or sought away while it waited somewhere.
    """

    message: int
    key: str
    failures: int = 0
    gone: bool = False
    lease: Any = None

    def __lt__(self, other: Entry) -> bool:
        return self.message < other.message


@dataclass(slots=True, eq=False)
class _Line:
    """The messages of one ordering key."""

    waiting: list[Entry] = field(default_factory=list)
    out: set[Entry] = field(default_factory=set)
    resting: Entry | None = None
    offered: bool = False

    @property
    def free(self) -> bool:
        return not self.out and (self.resting is None or self.resting.gone)

    def pop(self) -> Entry | None:
        while self.waiting:
            entry = heapq.heappop(self.waiting)
            if not entry.gone:
                return entry
        return None


class Queue:
    """Entries that are ready. An ordering key gives out its next entries only when all earlier ones are settled."""

    def __init__(self) -> None:
        self._ready: list[Entry] = []
        self._lines: dict[str, _Line] = {}

    def add(self, entry: Entry) -> None:
        """Make an entry ready: a new one, or one whose rest is over."""
        if not entry.key:
            heapq.heappush(self._ready, entry)
            return
        line = self._lines.setdefault(entry.key, _Line())
        if line.resting is entry:
            line.resting = None
        heapq.heappush(line.waiting, entry)
        self._offer(line)

    def take(self) -> Entry | None:
        """Take the oldest ready entry out; `settle`, `rest` or `add` must follow for one with a key."""
        while self._ready:
            entry = heapq.heappop(self._ready)
            if entry.key:
                first = self._take_from(self._lines.get(entry.key))
                if first is not None:
                    return first
            elif not entry.gone:
                return entry
        return None

    def take_following(self, entry: Entry) -> Entry | None:
        """Take the next entry of the same ordering key too, for the same receiver."""
        line = self._lines.get(entry.key) if entry.key else None
        if line is None or line.resting is not None:
            return None
        following = line.pop()
        if following is not None:
            line.out.add(following)
        return following

    def out_behind(self, entry: Entry) -> list[Entry]:
        """The entries of the same key that were given out after `entry` and are not settled."""
        line = self._lines.get(entry.key) if entry.key else None
        return sorted(other for other in line.out if entry < other) if line else []

    def give_back(self, entry: Entry) -> None:
        """Put back an entry that was given out behind one that has to come again first."""
        line = self._lines[entry.key]
        line.out.discard(entry)
        heapq.heappush(line.waiting, entry)

    def rest(self, entry: Entry) -> None:
        """Keep the entry's key back until the entry is added again."""
        line = self._lines.get(entry.key) if entry.key else None
        if line is not None:
            line.out.discard(entry)
            line.resting = entry

    def settle(self, entry: Entry) -> None:
        """The entry will not come back, or was added again: its key may go on."""
        line = self._lines.get(entry.key) if entry.key else None
        if line is None:
            return
        line.out.discard(entry)
        self._offer(line)
        if line.free and not line.waiting:
            del self._lines[entry.key]

    def _offer(self, line: _Line) -> None:
        if line.free and line.waiting and not line.offered:
            line.offered = True
            heapq.heappush(self._ready, line.waiting[0])

    def _take_from(self, line: _Line | None) -> Entry | None:
        if line is None:
            return None
        line.offered = False
        if not line.free:
            return None
        entry = line.pop()
        if entry is not None:
            line.out.add(entry)
        return entry
