"""How soon the sweeper comes: an event that a crash left is published within 8 s, though Scheduler ticks once a minute.

Each tick sweeps again and again until the next one is near. An event is swept once it is `SWEPT_AFTER` (4 s) old and
sweeps are `EVERY` (4 s) apart. A sweeper that dies itself is called again by Scheduler after 5 s.
"""

from __future__ import annotations

import asyncio
from typing import Final

from shared_layer.core import endings
from shared_layer.messaging.outbox import sweep

EVERY: Final = 4.0
ONE_TICK: Final = 58.0
"""Seconds after which a tick begins no other sweep: the next tick's first one is due 2 s later."""

_waiting: set[asyncio.Event] = set()


async def sweep_on(length: float = ONE_TICK, every: float = EVERY) -> int:
    """Sweep each `every` seconds for `length` seconds; answers how many events were published.

    An instance that is told to end sweeps no more.
    """
    endings.before_end(_end)
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    last = loop.time() + length
    _waiting.add(ended)
    try:
        swept = await sweep()
        while loop.time() + every <= last and not await _told(ended, every):
            swept += await sweep()
    finally:
        _waiting.discard(ended)
    return swept


async def _told(ended: asyncio.Event, seconds: float) -> bool:
    """Wait; whether the end was told meanwhile."""
    try:
        async with asyncio.timeout(seconds):
            return await ended.wait()
    except TimeoutError:
        return False


async def _end() -> None:
    for ended in _waiting:
        ended.set()
