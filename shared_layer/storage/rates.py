"""A rate of its own for what has no API key: GCRA over one bucket, in one Redis round trip.

The front door's gate counts callers by their key and tenant. An address that anybody may call is counted by itself.
"""

from __future__ import annotations

import hashlib
import math
from typing import Final

from shared_layer.core import clock
from shared_layer.core.errors import RateLimited
from shared_layer.storage.redis import RedisUnavailable, Script, redis

WINDOW_SECONDS: Final = 60
_MICROSECONDS: Final = 1_000_000
_MOST_REMEMBERED: Final = 10_000

_SCRIPT: Final = Script("""
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local tat = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + interval
local wait = tat - now - interval * burst
if wait > 0 then return wait end
redis.call('SET', KEYS[1], string.format('%.0f', tat), 'PX', math.ceil((tat - now) / 1000) + 1000)
return 0
""")

_local: dict[str, float] = {}


async def admit(name: str, address: str, per_minute: int) -> None:
    """Count one call of `address`, which may be a secret: at most `per_minute` at once, and as many a minute.

    Raises RateLimited with `Retry-After`, `RateLimit` and `RateLimit-Policy`. Without Redis the process counts alone.
    """
    key = f"rate:{name}:{hashlib.sha256(address.encode()).hexdigest()[:32]}"
    interval = WINDOW_SECONDS * _MICROSECONDS // per_minute
    try:
        wait = int(await redis().run(_SCRIPT, (key,), interval, per_minute))
    except RedisUnavailable:
        wait = _wait_here(key, interval, per_minute)
    if wait > 0:
        seconds = math.ceil(wait / _MICROSECONDS)
        headers = {
            "Retry-After": str(seconds),
            "RateLimit-Policy": f'"{name}";q={per_minute};w={WINDOW_SECONDS}',
            "RateLimit": f'"{name}";r=0;t={seconds}',
        }
        raise RateLimited(headers=headers, retry_after=seconds)


def _wait_here(key: str, interval: int, burst: int) -> int:
    """Microseconds to wait by this process's own memory."""
    now = clock.now() * _MICROSECONDS
    if len(_local) > _MOST_REMEMBERED:
        for known in [known for known, tat in _local.items() if tat < now]:
            del _local[known]
    tat = max(_local.get(key, 0.0), now) + interval
    wait = tat - now - interval * burst
    if wait <= 0:
        _local[key] = tat
    return math.ceil(max(0.0, wait))
