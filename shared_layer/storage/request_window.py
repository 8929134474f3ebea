"""Reading the request metrics back: the last minutes of each service, in one Redis round trip."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from shared_layer.storage.metrics import bucket_top, minute_key, total_key
from shared_layer.storage.redis import redis

AT_ONCE: Final = 200
"""Minutes read in one round trip: each waits for those before it, and Redis has a quarter of a second for all."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted over some time: answered requests, errors, cache answers, latencies by bucket and
    their sum."""

    requests: int = 0
    client_errors: int = 0
    server_errors: int = 0
    cache_hits: int = 0
    cache_misses: int = 0
    latencies: Counter[int] = field(default_factory=Counter)
    microseconds: int = 0

    def percentile(self, part: float) -> float | None:
        """The latency in milliseconds that `part` of the requests (0 to 1) stayed below; None without requests.

        The middle of the bucket that it falls into, on the logarithmic scale: off by at most 4.5 %.
        """
        wanted, seen = math.ceil(part * self.latencies.total()), 0
        for bucket in sorted(self.latencies):
            seen += self.latencies[bucket]
            if seen >= wanted:
                return round(math.sqrt(bucket_top(bucket - 1) * bucket_top(bucket)), 3)
        return None

    @property
    def error_rate(self) -> float | None:
        """The part of the requests that the platform failed (5xx), 0 to 1; None without requests."""
        return round(self.server_errors / self.requests, 6) if self.requests else None

    @property
    def cache_hit_rate(self) -> float | None:
        """The part of the cache's answers that were hits, 0 to 1; None where no cache was asked."""
        asked = self.cache_hits + self.cache_misses
        return round(self.cache_hits / asked, 6) if asked else None


def total(counts: Iterable[Counts]) -> Counts:
    """Several counts as one."""
    found = list(counts)
    latencies: Counter[int] = Counter()
    for one in found:
        latencies.update(one.latencies)
    return Counts(
        requests=sum(one.requests for one in found),
        client_errors=sum(one.client_errors for one in found),
        server_errors=sum(one.server_errors for one in found),
        cache_hits=sum(one.cache_hits for one in found),
        cache_misses=sum(one.cache_misses for one in found),
        latencies=latencies,
        microseconds=sum(one.microseconds for one in found),
    )


async def read_minutes(services: Sequence[str], last: int, minutes: int) -> dict[str, list[Counts]]:
    """For each service its `minutes` minutes up to `last` (minutes since the epoch), oldest first.

    Raises RedisUnavailable.
    """
    wanted = [(service, minute) for service in services for minute in range(last - minutes + 1, last + 1)]
    hashes = []
    for start in range(0, len(wanted), AT_ONCE):
        part = wanted[start : start + AT_ONCE]
        hashes += await redis().pipeline(*[("HGETALL", minute_key(service, minute)) for service, minute in part])
    found: dict[str, list[Counts]] = {service: [] for service in services}
    for (service, _), flat in zip(wanted, hashes, strict=True):
        found[service].append(_counts(flat))
    return found


async def read_totals(services: Sequence[str]) -> dict[str, Counts]:
    """Everything that each service ever answered: counters that only grow. Raises RedisUnavailable."""
    hashes = await redis().pipeline(*[("HGETALL", total_key(service)) for service in services])
    return {service: _counts(flat) for service, flat in zip(services, hashes, strict=True)}


def _counts(flat: list[bytes]) -> Counts:
    fields = {name.decode(): int(amount) for name, amount in zip(flat[::2], flat[1::2], strict=True)}
    return Counts(
        requests=fields.get("n", 0),
        client_errors=fields.get("4xx", 0),
        server_errors=fields.get("5xx", 0),
        cache_hits=fields.get("hit", 0),
        cache_misses=fields.get("miss", 0),
        latencies=Counter({int(name[1:]): amount for name, amount in fields.items() if name[0] == "b"}),
        microseconds=fields.get("us", 0),
    )
