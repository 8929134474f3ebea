"""Request metrics of all instances together: counted in the process, added to Redis once a second.

A minute of a service is one hash: `n` requests, `4xx`, `5xx`, cache `hit` and `miss`, `us` the sum of the latencies,
and a histogram of them in buckets of a factor 2^(1/8) (a percentile read from it is off by at most 4.5 %). Minutes are
kept for two hours; the same is added up for good in one hash a service (what Prometheus reads), and requests and
failures in bins of five minutes for five days (what burn rates are told from).
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Iterator
from typing import Final

from shared_layer.core import clock
from shared_layer.core.logs import log
from shared_layer.storage import tenant_counts
from shared_layer.storage.redis import Argument, RedisUnavailable, redis

FLUSH_SECONDS: Final = 1.0
KEPT_SECONDS: Final = 7200
BIN_MINUTES: Final = 5
BINS_KEPT_SECONDS: Final = 5 * 86_400
BUCKETS_PER_OCTAVE: Final = 8
LAST_BUCKET: Final = 200
_BUCKET_NAMES: Final = tuple(f"b{bucket}" for bucket in range(LAST_BUCKET + 1))

_minutes: dict[str, tuple[int, Counter[str]]] = {}
_closed: list[tuple[str, int, Counter[str]]] = []
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


def total_key(service: str) -> str:
    """The Redis hash of everything that a service ever answered."""
    return f"metrics:total:{service}"


def bins_key(service: str, day: int) -> str:
    """The Redis hash of a service's bins of one day (days since the epoch): `{bin}` requests, `{bin}:bad` failures.

    A bin is named by its number since the epoch.
    """
    return f"metrics:bins:{day}:{service}"


def record(service: str, status: int, milliseconds: float | None, cache: str, tenant_id: str = "") -> None:
    """Count one answered request; as a call of `tenant_id`'s, where it is one. What nobody waits for has no latency."""
    global _flush_handle
    counts = _counts_of(service, int(clock.now() // 60))
    counts["n"] += 1
    if milliseconds is not None:
        counts["us"] += int(milliseconds * 1000)
        counts[_BUCKET_NAMES[min(bucket_of(milliseconds), LAST_BUCKET)]] += 1
    if tenant_id:
        tenant_counts.called(tenant_id)
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
        _closed.append((service, *found))
    counts: Counter[str] = Counter()
    _minutes[service] = (minute, counts)
    return counts


async def flush() -> None:
    """Add what was counted to Redis; without Redis the counts are lost, and a line says so."""
    global _flush_handle
    if _flush_handle is not None:
        _flush_handle.cancel()
        _flush_handle = None
    counted = [*_closed, *[(name, minute, counts) for name, (minute, counts) in _minutes.items()]]
    _closed.clear()
    _minutes.clear()
    commands = [command for each in counted for command in _commands(*each)] + tenant_counts.taken()
    if not commands:
        return
    try:
        await redis().pipeline(*commands)
    except RedisUnavailable as error:
        log("WARNING", "metrics_lost", f"{sum(counts['n'] for _, _, counts in counted)} requests: {error}")


def _commands(service: str, minute: int, counts: Counter[str]) -> Iterator[tuple[Argument, ...]]:
    key, whole = minute_key(service, minute), total_key(service)
    for field, amount in counts.items():
        yield "HINCRBY", key, field, amount
        yield "HINCRBY", whole, field, amount
    yield "EXPIRE", key, KEPT_SECONDS
    bins, number = bins_key(service, minute // 1440), minute // BIN_MINUTES
    yield "HINCRBY", bins, number, counts["n"]
    if counts["5xx"]:
        yield "HINCRBY", bins, f"{number}:bad", counts["5xx"]
    yield "EXPIRE", bins, BINS_KEPT_SECONDS
