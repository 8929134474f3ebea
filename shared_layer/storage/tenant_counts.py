"""What each tenant did, counted for the business's metrics: its API calls, and what its AI answers cost.

Counted in the process and sent to Redis with the request metrics: by UTC day (kept for 40 days), and added up for good.
These are metrics, not the books: quotas and the AI ledger are Firestore's.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from shared_layer.core import clock
from shared_layer.storage.redis import Argument, redis

DAY_KEPT_SECONDS: Final = 40 * 86_400
ALL_TIME: Final = "total"
PLATFORM: Final = "platform"
CALLS: Final = "calls"
AI_MICROS: Final = "ai_micros"

_calls: dict[str, int] = {}
_micros: dict[str, int] = {}


def called(tenant_id: str) -> None:
    """Count one API call of a tenant; an operator's own, on the platform as a whole, are nobody's."""
    if tenant_id != PLATFORM:
        _calls[tenant_id] = _calls.get(tenant_id, 0) + 1


def spent(tenant_id: str, micros: int) -> None:
    """Count what an AI answer cost a tenant, in millionths of a US dollar; it is sent with the next requests'."""
    _micros[tenant_id] = _micros.get(tenant_id, 0) + micros


def counts_key(kind: str, period: str) -> str:
    """The sorted set of tenants by `kind` (calls or ai_micros) in a period: a UTC day, or all time."""
    return f"tenants:{kind}:{period}"


def day_name(moment: datetime) -> str:
    """A UTC day as keys have it, such as `2026-11-23`."""
    return moment.strftime("%Y-%m-%d")


def taken() -> list[tuple[Argument, ...]]:
    """The commands that add what was counted since to Redis."""
    day = day_name(clock.utcnow())
    commands: list[tuple[Argument, ...]] = []
    for kind, counts in ((CALLS, _calls), (AI_MICROS, _micros)):
        for tenant_id, amount in counts.items():
            commands.append(("ZINCRBY", counts_key(kind, day), amount, tenant_id))
            commands.append(("ZINCRBY", counts_key(kind, ALL_TIME), amount, tenant_id))
        if counts:
            commands.append(("EXPIRE", counts_key(kind, day), DAY_KEPT_SECONDS))
        counts.clear()
    return commands


async def top(kind: str, period: str, most: int) -> dict[str, int]:
    """The tenants with the most, most first. Raises RedisUnavailable."""
    flat = await redis().command("ZREVRANGE", counts_key(kind, period), 0, most - 1, "WITHSCORES")
    return {name.decode(): int(float(amount)) for name, amount in zip(flat[::2], flat[1::2], strict=True)}


async def amounts(kind: str, period: str, tenants: list[str]) -> dict[str, int]:
    """What each of `tenants` has, 0 where nothing was counted. Raises RedisUnavailable."""
    scores = await redis().pipeline(*[("ZSCORE", counts_key(kind, period), tenant) for tenant in tenants])
    return {tenant: int(float(score or 0)) for tenant, score in zip(tenants, scores, strict=True)}


async def of_days(kind: str, tenant_id: str, days: list[str]) -> list[int]:
    """What one tenant has on each of `days`. Raises RedisUnavailable."""
    scores = await redis().pipeline(*[("ZSCORE", counts_key(kind, day), tenant_id) for day in days])
    return [int(float(score or 0)) for score in scores]


async def active(days: list[str]) -> int:
    """How many tenants made a call on at least one of `days`. Raises RedisUnavailable."""
    keys = [counts_key(CALLS, day) for day in days]
    union = f"tenants:active:{days[0]}:{len(days)}"
    count, _ = await redis().pipeline(("ZUNIONSTORE", union, len(keys), *keys), ("EXPIRE", union, 60))
    return int(count)
