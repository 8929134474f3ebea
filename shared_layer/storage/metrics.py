"""Request metrics of all instances together: counted in the process, added to Redis once a second.

A minute of a service is one hash: `n` requests, `4xx`, `5xx`, cache `hit` and `miss`, and a histogram of latencies in
buckets of a factor 2^(1/8) (a percentile read from it is off by at most 4.5 %). Minutes are kept for two hours.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from typing import Final

from shared_layer.core import clock
from shared_layer.core.logs import log
from shared_layer.storage.redis import RedisUnavailable, redis

FLUSH_SECONDS: Final = 1.0
KEPT_SECONDS: Final = 7200
BUCKETS_PER_OCTAVE: Final = 8
LAST_BUCKET: Final = 200
_BUCKET_NAMES: Final = tuple(f"b{bucket}" for bucket in range(LAST_BUCKET + 1))

_minutes: dict[str, tuple[int, Counter[str]]] = {}
_closed: list[tuple[str, Counter[str]]] = []
_flush_handle: asyncio.TimerHandle | None = None


def bucket_of(milliseconds: float) -> int:
    """The histogram bucket of a latency; bucket 0 ends at 1/16 ms."""
    return max(0, math.ceil(BUCKETS_PER_OCTAVE * math.log2(max(milliseconds, 1e-6) * 16)))


def bucket_top(bucket: int) -> float:
    """The upper edge of a bucket, in milliseconds."""
    return float(2 ** (bucket / BUCKETS_PER_OCTAVE)) / 16


def minute_key(service: str, minute: int) -> str:
    """The Redis hash of one minute (minutes since the epoch) of one service."""
    return f"metrics:{minute}:{service}"


def record(service: str, status: int, milliseconds: float, cache: str) -> None:
    """Count one answered request."""
    global _flush_handle
    counts = _counts_of(service, int(clock.now() // 60))
    counts["n"] += 1
    counts[_BUCKET_NAMES[min(bucket_of(milliseconds), LAST_BUCKET)]] += 1
    if status >= 400:
        counts["5xx" if status >= 500 else "4xx"] += 1
    if cache:
        counts[cache] += 1
    if _flush_handle is None:
        loop = asyncio.get_running_loop()
        _flush_handle = loop.call_later(FLUSH_SECONDS, lambda: loop.create_task(flush()))


def _counts_of(service: str, minute: int) -> Counter[str]:
    found = _minutes.get(service)
    if found is not None and found[0] == minute:
        return found[1]
    if found is not None:
        _closed.append((minute_key(service, found[0]), found[1]))
    counts: Counter[str] = Counter()
    _minutes[service] = (minute, counts)
    return counts


async def flush() -> None:
    """Add what was counted to Redis; without Redis the counts are lost, and a line says so."""
    global _flush_handle
    if _flush_handle is not None:
        _flush_handle.cancel()
        _flush_handle = None
    counted = [*_closed, *[(minute_key(name, minute), counts) for name, (minute, counts) in _minutes.items()]]
    _closed.clear()
    _minutes.clear()
    if not counted:
        return
    commands = [("HINCRBY", key, field, amount) for key, counts in counted for field, amount in counts.items()]
    expiries = [("EXPIRE", key, KEPT_SECONDS) for key, _ in counted]
    try:
        await redis().pipeline(*commands, *expiries)
    except RedisUnavailable as error:
        log("WARNING", "metrics_lost", f"{sum(counts['n'] for _, counts in counted)} requests: {error}")
