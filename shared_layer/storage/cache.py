"""Cache-aside in Redis that loads once: soft TTL, single flight in the process, a lease across processes.

A value older than its soft TTL is still answered while one caller renews it, so that an expiry never becomes a herd.
Keys carry the tenant by construction. Without Redis every call loads (single flight in the process still holds).
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import orjson

from shared_layer.core import clock
from shared_layer.core.context import current
from shared_layer.core.logs import log
from shared_layer.storage.redis import RedisUnavailable, Script, redis

TTL_SECONDS: Final = {
    "ai_responses": 3600,
    "api_responses": 1800,
    "expensive_queries": 3600,
    "trending_data": 300,
    "system_health": 5,
    "campaign_templates": 3600,
    "aso_stats": 300,
    "aso_content": 120,
    "aso_keywords": 180,
    "aso_opportunities": 240,
    "published_pages": 60,
}
LEASE_SECONDS: Final = 10.0
POLL_SECONDS: Final = 0.05
HARD_FACTOR: Final = 2

_EXTEND: Final = Script("""
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
""")
_RELEASE: Final = Script("""
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
""")
"""Only its owner extends or ends a lease: one that stood still for longer finds another's in its place."""


@dataclass(frozen=True, slots=True)
class Cached:
    """A value and whether it came from the cache."""

    value: Any
    hit: bool


_flights: dict[str, asyncio.Task[Cached]] = {}


def cache_key(tenant_id: str, category: str, *parts: str) -> str:
    """The key of one value of one tenant; the parts are hashed, so that they may hold anything."""
    digest = hashlib.sha256(orjson.dumps(parts)).hexdigest()[:32]
    return f"cache:{tenant_id}:{category}:{digest}"


async def cached(
    tenant_id: str,
    category: str,
    parts: tuple[str, ...],
    load: Callable[[], Awaitable[Any]],
    ttl: float | None = None,
    patience: float = LEASE_SECONDS,
) -> Cached:
    """The value under (tenant, category, parts): from Redis, or from `load`, whose result must be JSON.

    `ttl` is the soft time to live in seconds (default: the category's); the value is kept twice as long, and answered
    stale while it is renewed. What `load` raises reaches every caller that waits for it, and is not cached. Who loads
    keeps its lease for as long as it lives; others wait for it for `patience` seconds, then load themselves.
    """
    key = cache_key(tenant_id, category, *parts)
    soft = ttl if ttl is not None else TTL_SECONDS[category]
    found = await _lookup(key)
    if found is not None and found[0] > clock.now():
        return _counted(Cached(found[1], True))
    stale = found[1] if found is not None else None
    flight = _flights.get(key)
    if flight is None:
        flight = asyncio.get_running_loop().create_task(_load_once(key, soft, load, patience if found is None else 0.0))
        _flights[key] = flight
        flight.add_done_callback(lambda _: _flights.pop(key, None))
    if found is not None:
        flight.add_done_callback(_report_renewal)
        return _counted(Cached(stale, True))
    return _counted(await asyncio.shield(flight))


async def look(tenant_id: str, category: str, *parts: str) -> tuple[Cached, bool] | None:
    """The value where it is there, and whether it is fresh. Loads nothing, waits for nobody."""
    found = await _lookup(cache_key(tenant_id, category, *parts))
    if found is None:
        return None
    return _counted(Cached(found[1], True)), found[0] > clock.now()


async def forget(tenant_id: str, category: str, *parts: str) -> None:
    """Drop one value. Without Redis there is nothing to drop."""
    try:
        await redis().command("DEL", cache_key(tenant_id, category, *parts))
    except RedisUnavailable as error:
        log("WARNING", "cache_unavailable", str(error))


def _counted(result: Cached) -> Cached:
    if context := current():
        context.cache = "hit" if result.hit else "miss"
    return result


def _report_renewal(flight: asyncio.Task[Cached]) -> None:
    if not flight.cancelled() and (error := flight.exception()):
        log("WARNING", "cache_renewal_failed", f"{type(error).__name__}: {error}")


async def _lookup(key: str) -> tuple[float, Any] | None:
    try:
        raw = await redis().command("GET", key)
    except RedisUnavailable:
        return None
    if raw is None:
        return None
    fresh_until, value = orjson.loads(raw)
    return fresh_until, value


async def keep(tenant_id: str, category: str, parts: tuple[str, ...], value: Any) -> None:
    """Put a value where `cached` and `lookup` find it. Without Redis it is not kept."""
    await _store(cache_key(tenant_id, category, *parts), TTL_SECONDS[category], value)


async def _load_once(key: str, soft: float, load: Callable[[], Awaitable[Any]], patience: float) -> Cached:
    """Load under a lease: who does not get it waits for the other's value (or, renewing, leaves it to the other)."""
    async with _leased(key, patience) as found:
        if found is not None:
            return found
        value = await load()
        await _store(key, soft, value)
    return Cached(value, False)


@contextlib.asynccontextmanager
async def leased(
    tenant_id: str, category: str, parts: tuple[str, ...], patience: float
) -> AsyncIterator[Cached | None]:
    """The lease of a value that is made piece by piece: None where it is held now, and whoever holds it makes the value
    and keeps it (`keep`) before leaving. The value itself where another holder made it meanwhile. None without the
    lease where the other took longer than `patience` seconds, or Redis is away.
    """
    async with _leased(cache_key(tenant_id, category, *parts), patience) as found:
        yield found


@contextlib.asynccontextmanager
async def _leased(key: str, patience: float) -> AsyncIterator[Cached | None]:
    found = await _taken(key, patience)
    if isinstance(found, _Lease):
        try:
            yield None
        finally:
            await found.end()
    else:
        yield found


async def _taken(key: str, patience: float) -> _Lease | Cached | None:
    """The lease, else what its holder made meanwhile. Without patience there is nothing to wait for."""
    give_up = asyncio.get_running_loop().time() + patience
    owner = os.urandom(8).hex()
    try:
        while not await redis().command("SET", f"{key}:lease", owner, "NX", "PX", int(LEASE_SECONDS * 1000)):
            if not patience:
                return Cached(None, True)
            await asyncio.sleep(POLL_SECONDS)
            if (found := await _lookup(key)) is not None:
                return Cached(found[1], True)
            if asyncio.get_running_loop().time() > give_up:
                return None
    except RedisUnavailable:
        return None
    return _Lease(f"{key}:lease", owner)


class _Lease:
    """A lease that is renewed until it is stopped, or its process dies."""

    def __init__(self, key: str, owner: str) -> None:
        self._key, self._owner = key, owner
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(LEASE_SECONDS / 3, self._renew)
        self._renewal: asyncio.Task[None] | None = None

    async def end(self) -> None:
        self._timer.cancel()
        try:
            await redis().run(_RELEASE, (self._key,), self._owner)
        except RedisUnavailable as error:
            log("WARNING", "cache_unavailable", str(error))

    def _renew(self) -> None:
        self._renewal = self._loop.create_task(self._extend())
        self._timer = self._loop.call_later(LEASE_SECONDS / 3, self._renew)

    async def _extend(self) -> None:
        with contextlib.suppress(RedisUnavailable):  # at worst another process loads as well
            await redis().run(_EXTEND, (self._key,), self._owner, int(LEASE_SECONDS * 1000))


async def _store(key: str, soft: float, value: Any) -> None:
    encoded = orjson.dumps([clock.now() + soft, value])
    try:
        await redis().command("SET", key, encoded, "PX", max(1, int(soft * HARD_FACTOR * 1000)))
    except RedisUnavailable as error:
        log("WARNING", "cache_unavailable", str(error))
