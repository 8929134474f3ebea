"""One event at its place, encoded once for all who listen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

SMALL: Final = 32 << 10
"""Bytes up to which an event travels with its announcement; a larger one is read from the store."""


@dataclass(frozen=True)
class Entry:
    """An event: its number, its type and its envelope as JSON. `data` is empty for one that was erased."""

    seq: int
    event_type: str
    data: bytes

    @cached_property
    def as_sse(self) -> bytes:
        """As a server-sent event under its number."""
        return b"id: %d\ndata: %b\n\n" % (self.seq, self.data)

    @cached_property
    def as_text(self) -> str:
        """As a WebSocket's message."""
        return f'{{"type":"event","id":{self.seq},"event":{self.data.decode()}}}'

    def wanted(self, types: frozenset[str]) -> bool:
        """Whether a listener for `types` (none: for all) is to hear of it."""
        return bool(self.data) and (not types or self.event_type in types)
