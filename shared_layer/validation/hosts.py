"""A host's turn: one call a second to each, counted over all tenants and instances.

Who comes too early waits, in order; where that is longer than 20 s the work is put off, and delivered again.
"""

from __future__ import annotations

import asyncio
from typing import Final

from shared_layer.core import clock
from shared_layer.core.errors import Unavailable
from shared_layer.storage.redis import RedisUnavailable, Script, redis

SPACING: float = 1.0
"""Seconds between two calls to one host."""

WAIT_AT_MOST: Final = 20.0
_MOST_REMEMBERED: Final = 10_000
_SCRIPT: Final = Script("""
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local turn = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
if turn - now > tonumber(ARGV[2]) then return -1 end
redis.call('SET', KEYS[1], string.format('%.0f', turn + tonumber(ARGV[1])), 'PX', turn - now + ARGV[1] + 1000)
return turn - now
""")

_local: dict[str, float] = {}


async def turn(host: str) -> None:
    """Wait until the host may be called. Raises Unavailable where that is too long."""
    try:
        wait = int(await redis().run(_SCRIPT, (f"host_turns:{host}",), int(SPACING * 1000), int(WAIT_AT_MOST * 1000)))
        seconds = wait / 1000
    except RedisUnavailable:
        seconds = _turn_here(host)
    if seconds < 0:
        raise Unavailable(f"{host} is asked often at the moment. It is asked again later.")
    await asyncio.sleep(seconds)


def _turn_here(host: str) -> float:
    """Seconds to wait by this process's own memory; -1 where that is too long."""
    now = clock.now()
    if len(_local) > _MOST_REMEMBERED:
        _local.clear()
    at = max(_local.get(host, 0.0), now)
    if at - now > WAIT_AT_MOST:
        return -1.0
    _local[host] = at + SPACING
    return at - now
