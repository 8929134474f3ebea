"""Budgets: money is held before a provider is asked, and settled by what the answer cost.

A tenant's limit for a calendar month (UTC) is the lower of its own (budget_settings.py) and its plan's. A hash in Redis
holds what is spent and held, and a script decides, so that any number of callers on any number of instances spend no
more than the limit; where Redis lost the hash it is built again from the ledger's sums. What a dead instance held is
free again after `HOLD_SECONDS`. While Redis is away each instance counts against the sums by itself
(budget_locally.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from shared_layer.access.plans import PLANS
from shared_layer.ai.money.budget_errors import BudgetExceeded
from shared_layer.ai.money.budget_locally import hold_locally
from shared_layer.ai.money.budget_settings import limit_of_tenant, spent_in
from shared_layer.ai.own_context import detach, own_context
from shared_layer.ai.providers.provider import Price
from shared_layer.ai.providers.usage import Usage
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.ids import new_id
from shared_layer.core.logs import log_exception
from shared_layer.messaging.events.ai import AiBudgetThresholdReached
from shared_layer.messaging.unit import Unit
from shared_layer.storage.redis import RedisUnavailable, Script, redis

HOLD_SECONDS: Final = 330
"""Longer than any call: an answer's deadline is 300 s."""
KEPT_SECONDS: Final = 40 * 86_400
IMAGE_TOKENS: Final = 3000
THRESHOLDS: Final = (80, 100)

_HOLD: Final = Script("""
local time = redis.call('TIME')
local now = tonumber(time[1])
if redis.call('EXISTS', KEYS[1]) == 0 then return {'load', 0, 0, 0} end
for _, held in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now)) do
  redis.call('HINCRBY', KEYS[1], 'reserved', -tonumber(string.match(held, ':(%d+)$')))
  redis.call('ZREM', KEYS[2], held)
end
local known = redis.call('HMGET', KEYS[1], 'spent', 'reserved', 'limit')
local spent, reserved = tonumber(known[1] or '0'), tonumber(known[2] or '0')
local own, plan = tonumber(known[3] or ''), tonumber(ARGV[2])
local limit = own and plan and math.min(own, plan) or own or plan
if not limit then return {'free', 0, 0, 0} end
local amount = tonumber(ARGV[1])
if spent + reserved + amount > limit then return {'refused', spent, reserved, limit} end
redis.call('HINCRBY', KEYS[1], 'reserved', amount)
redis.call('ZADD', KEYS[2], now + tonumber(ARGV[4]), ARGV[3])
return {'held', spent, reserved, limit}
""")
_RELEASE: Final = Script("""
if redis.call('ZREM', KEYS[2], ARGV[1]) == 1 then redis.call('HINCRBY', KEYS[1], 'reserved', -tonumber(ARGV[2])) end
return 1
""")
_LOAD: Final = Script("""
redis.call('HSETNX', KEYS[1], 'spent', ARGV[1])
if ARGV[2] ~= '' then redis.call('HSET', KEYS[1], 'limit', ARGV[2]) end
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[3])
return 1
""")


@dataclass(slots=True)
class Hold:
    """Money held for one answer; `member` is its name in Redis, empty where nothing needs to be held."""

    tenant_id: str
    period: str
    micros: int
    member: str = ""

    def close(self) -> str:
        """The name under which it is held; it counts as settled from now on."""
        member, self.member = self.member, ""
        return member


def period_of(moment: float) -> str:
    """The calendar month (UTC) of a moment, such as `2026-11`."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m")


def budget_keys(tenant_id: str, period: str) -> tuple[str, str]:
    """The hash of sums, and the sorted set of what is held until when."""
    return f"ai:budget:{tenant_id}:{period}", f"ai:held:{tenant_id}:{period}"


async def hold(caller: Caller, price: Price, body: Mapping[str, Any]) -> Hold:
    """Hold what an answer can cost at most. Raises BudgetExceeded where the month's budget does not allow it."""
    tenant_id, period = caller.tenant_id, period_of(clock.now())
    micros = most(price, body)
    plan = PLANS.get(caller.plan)
    allowed = plan.quotas.get("ai_usd") if plan else None
    if not micros:
        return Hold(tenant_id, period, 0)
    name = f"{new_id('hold')}:{micros}"
    keys = budget_keys(tenant_id, period)
    arguments = (micros, "" if allowed is None else allowed, name, HOLD_SECONDS)
    try:
        verdict, spent, reserved, limit = await redis().run(_HOLD, keys, *arguments)
        if verdict == b"load":
            await load(tenant_id, period)
            verdict, spent, reserved, limit = await redis().run(_HOLD, keys, *arguments)
    except RedisUnavailable:
        await hold_locally(tenant_id, period, micros, allowed)
        return Hold(tenant_id, period, micros)
    if verdict == b"refused":
        raise BudgetExceeded.at(period, micros, spent, reserved, limit)
    return Hold(tenant_id, period, micros, name if verdict == b"held" else "")


async def release(held: Hold) -> None:
    """Give back what was held for an answer that did not come. Without Redis it is free again by itself, later."""
    if member := held.close():
        try:
            await redis().run(_RELEASE, budget_keys(held.tenant_id, held.period), member, held.micros)
        except RedisUnavailable:
            return


async def load(tenant_id: str, period: str) -> None:
    """Build the hash from the ledger's sums and the tenant's own limit."""
    spent, limit = await spent_in(tenant_id, period), await limit_of_tenant(tenant_id)
    keys = budget_keys(tenant_id, period)
    await redis().run(_LOAD, keys, spent, "" if limit is None else limit, KEPT_SECONDS)


def most(price: Price, body: Mapping[str, Any]) -> int:
    """What an answer can cost at most, in micro-dollars: no token is shorter than a byte of the request."""
    if price.flat:
        return price.request
    written = int(body.get("max_completion_tokens") or body.get("max_tokens") or price.longest)
    messages = body.get("messages") or ()
    images = sum(
        part.get("type") == "image_url"
        for message in messages
        if isinstance(message.get("content"), list)
        for part in message["content"]
        if isinstance(part, dict)
    )
    sent = len(orjson.dumps(body)) + images * IMAGE_TOKENS
    return price.of(Usage(sent, written * int(body.get("n") or 1)))


def tell_thresholds(tenant_id: str, spent: int, cost: int, limit: int) -> None:
    """Tell, as an event, of each threshold that this spend of `cost` reached; the sums count, so it is told once."""
    for percent in THRESHOLDS:
        if (spent - cost) * 100 < limit * percent <= spent * 100:
            detach(_tell(tenant_id, percent, spent, limit))


async def _tell(tenant_id: str, percent: int, spent: int, limit: int) -> None:
    unit = Unit(own_context(), tenant_id, (AiBudgetThresholdReached.event_type,))
    unit.emit(
        AiBudgetThresholdReached(
            period=period_of(clock.now()), threshold_percent=percent, spent_micros=spent, limit_micros=limit
        )
    )
    try:
        await unit.commit()
    except Exception as error:  # noqa: BLE001 (an answer never fails because its budget's event does)
        log_exception("ai_budget_event_lost", error, tenant_id=tenant_id)
