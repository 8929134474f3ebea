"""Request metrics of all instances together: counted in the process, added to Redis once a second.

A minute of a service is one hash: `n` requests, `4xx`, `5xx`, cache `hit` and `miss`, `us` the sum of the latencies,
and a histogram of them in buckets of a factor 2^(1/8) (a percentile read from it is off by at most 4.5 %). Minutes are
kept for two hours; the same is added up for good in one hash a service (what Prometheus reads), and requests and
failures in bins of five minutes for five days (what burn rates are told from).
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
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

# Plain dicts: a Counter, being a class of its own, takes ten times as long to count one more.
_minutes: dict[str, tuple[int, dict[str, int]]] = {}
_closed: list[tuple[str, int, dict[str, int]]] = []
_flush_handle: asyncio.TimerHandle | None = None


def bucket_top(bucket: int) -> float:
    """The upper edge of a bucket, in milliseconds; bucket 0 ends at 1/16 ms."""
    return float(2 ** (bucket / BUCKETS_PER_OCTAVE)) / 16


_TOPS: Final = tuple(bucket_top(bucket) for bucket in range(LAST_BUCKET))


def bucket_of(milliseconds: float) -> int:
    """The histogram bucket of a latency; the last one takes whatever is above the others."""
    return bisect_left(_TOPS, milliseconds)


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
    minute, found = int(clock.now()) // 60, _minutes.get(service)
    counts = found[1] if found is not None and found[0] == minute else _counts_of(service, minute)
    counts["n"] = counts.get("n", 0) + 1
    if milliseconds is not None:
        bucket = _BUCKET_NAMES[bisect_left(_TOPS, milliseconds)]
        counts["us"] = counts.get("us", 0) + int(milliseconds * 1000)
        counts[bucket] = counts.get(bucket, 0) + 1
    if tenant_id:
        tenant_counts.called(tenant_id)
    if status >= 400:
        failed = "5xx" if status >= 500 else "4xx"
        counts[failed] = counts.get(failed, 0) + 1
    if cache:
        counts[cache] = counts.get(cache, 0) + 1
    if _flush_handle is None:
        loop = asyncio.get_running_loop()
        _flush_handle = loop.call_later(FLUSH_SECONDS, lambda: loop.create_task(flush()))


def _counts_of(service: str, minute: int) -> dict[str, int]:
    """A new minute's counts of a service; those of the one before wait to be sent."""
    found = _minutes.get(service)
    if found is not None:
        _closed.append((service, *found))
    counts: dict[str, int] = {}
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


def _commands(service: str, minute: int, counts: dict[str, int]) -> Iterator[tuple[Argument, ...]]:
    key, whole = minute_key(service, minute), total_key(service)
    for field, amount in counts.items():
        yield "HINCRBY", key, field, amount
        yield "HINCRBY", whole, field, amount
    yield "EXPIRE", key, KEPT_SECONDS
    bins, number = bins_key(service, minute // 1440), minute // BIN_MINUTES
    yield "HINCRBY", bins, number, counts["n"]
    if "5xx" in counts:
        yield "HINCRBY", bins, f"{number}:bad", counts["5xx"]
    yield "EXPIRE", bins, BINS_KEPT_SECONDS
