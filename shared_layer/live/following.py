"""Joining a tenant's hub, and leaving it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Final
from weakref import WeakKeyDictionary

from pydantic import Field

from shared_layer.core.caller import Caller
from shared_layer.core.errors import ValidationFailed
from shared_layer.core.models import Query
from shared_layer.live.chain_reading import head_of, number_of
from shared_layer.live.hub import Hub
from shared_layer.live.listener import Listener

BEFORE_DEADLINE_SECONDS: Final = 5.0
LONGEST_SECONDS: Final = 3600.0
MOST_TYPES: Final = 100
Hubs = dict[str, Hub]


class LiveStart(Query):
    """What to follow, and from where.

    `after`: the number (or the id) of the last event that was seen; 0 begins with the first one there is, and left out
    it begins now. `types`: event types between commas; left out, all. `ticket`: from GET /api/v1/live/address.
    """

    after: Annotated[str, Field(max_length=128)] | None = None
    types: Annotated[str, Field(max_length=4000)] | None = None
    ticket: Annotated[str, Field(max_length=8192)] | None = None

    def wanted(self) -> frozenset[str]:
        """The types, or nothing for all. Raises ValidationFailed beyond a hundred."""
        names = frozenset(name.strip() for name in (self.types or "").split(",") if name.strip())
        if len(names) > MOST_TYPES:
            raise ValidationFailed(f"At most {MOST_TYPES} types can be followed at once; leave `types` out for all.")
        return names


@dataclass(frozen=True, slots=True)
class Place:
    """Where a listener begins: after number `seq`, where the chain had come to `head`; for `types` (none: all)."""

    seq: int
    head: int
    types: frozenset[str]


async def place_of(start: LiveStart, last: str | None, caller: Caller) -> Place:
    """The place that `last` or the query names. Raises ValidationFailed for one that is none."""
    types, after = start.wanted(), last or start.after
    head = await head_of(caller.tenant_id)
    seq = head if after is None else await number_of(caller.tenant_id, after)
    if seq > head:
        raise ValidationFailed(f"There is no event number {seq} yet. Leave `after` out to begin now.")
    return Place(seq, head, types)


@asynccontextmanager
async def following(place: Place, caller: Caller, ending: Callable[[], bool]) -> AsyncIterator[Listener]:
    """A listener that hears events until the context is left; it ends by itself shortly before its deadline, and when
    `ending` says that the instance is told to end.
    """
    loop, hubs = asyncio.get_running_loop(), _hubs()
    hub = hubs.get(caller.tenant_id)
    if hub is None:
        hub = hubs[caller.tenant_id] = Hub(caller.tenant_id, place.head, ending)
    listener = Listener(hub, place.seq, place.types, caller.seal.decode())
    seconds = min(caller.context.remaining() - BEFORE_DEADLINE_SECONDS, LONGEST_SECONDS)
    timer = loop.call_later(max(0.0, seconds), listener.end, "reconnect")
    hub.add(listener)
    try:
        yield listener
    finally:
        timer.cancel()
        if hub.remove(listener) and hubs.get(caller.tenant_id) is hub:
            del hubs[caller.tenant_id]


_of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, Hubs] = WeakKeyDictionary()


def _hubs() -> Hubs:
    return _of_loop.setdefault(asyncio.get_running_loop(), {})
