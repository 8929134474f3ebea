"""The gate: one Redis round trip decides whether a request may pass, and tells whether the credential is still good.

Rates follow GCRA (ITU-T I.371, the "virtual scheduling" form): in any window W a bucket admits at most
burst + rate · W. Time is Redis's own, so that instances need not agree on theirs. Without Redis the same arithmetic
runs in the process, for its own share of the traffic only.

The same round trip counts the call against the plan's monthly quota of API calls; `fold_api_calls` makes the count
durable. A call that its rate refuses is not counted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from shared_layer.access.credentials import Credential, epoch_key
from shared_layer.access.period import calls_key, current_period
from shared_layer.access.plans import WINDOW_SECONDS
from shared_layer.core import clock
from shared_layer.core.declaration import Tier
from shared_layer.storage.redis import RedisUnavailable, Script, ScriptCall, redis

MICROSECONDS: Final = 1_000_000

_SCRIPT: Final = Script("""
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local epoch = tonumber(redis.call('GET', KEYS[1]) or '0')
local tats, remaining, reset, wait = {}, 2147483647, 0, 0
local quota = tonumber(ARGV[#ARGV])
local buckets = quota > 0 and #KEYS - 1 or #KEYS
for i = 2, buckets do
  local interval, burst = tonumber(ARGV[2 * i - 3]), tonumber(ARGV[2 * i - 2])
  local tat = math.max(tonumber(redis.call('GET', KEYS[i]) or '0'), now) + interval
  local room = now + interval * burst - tat
  if room < 0 then wait = math.max(wait, -room) end
  tats[i] = tat
  local left = math.floor(room / interval)
  if left < remaining then remaining, reset = left, tat - now end
end
if wait > 0 then return {0, 0, reset, wait, epoch} end
if quota > 0 then
  local used = redis.call('INCR', KEYS[#KEYS])
  if used == 1 then redis.call('EXPIRE', KEYS[#KEYS], 3456000) end
  if used > quota then
    redis.call('DECR', KEYS[#KEYS])
    return {2, remaining, reset, 0, epoch}
  end
end
for i = 2, buckets do
  redis.call('SET', KEYS[i], string.format('%.0f', tats[i]), 'PX', math.ceil((tats[i] - now) / 1000) + 1000)
end
return {1, remaining, reset, 0, epoch}
""")


@dataclass(frozen=True, slots=True)
class Rate:
    """What one credential's requests are counted in: worked out, and its question to Redis packed, once.

    `buckets` are (Redis key, microseconds between requests, burst) each. The question names the month that it was
    packed in: at a month's turn it is asked for as long as the credential is remembered, up to 300 s.
    """

    limit: int
    buckets: tuple[tuple[str, int, int], ...]
    question: ScriptCall
    name: bytes
    policy: tuple[bytes, bytes]


@dataclass(slots=True)
class Verdict:
    """Whether to admit; `remaining` requests, `reset` and `wait` in seconds; the tenant's `epoch` (None: not known).

    `exhausted` tells that the rate allows it, and the month's quota of API calls does not.
    """

    admitted: bool
    rate: Rate | None = None
    remaining: int = 0
    reset: int = 0
    wait: float = 0.0
    epoch: int | None = None
    exhausted: bool = False

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """`RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers); none where there is no limit."""
        if self.rate is None:
            return []
        return [self.rate.policy, (b"ratelimit", b'"%b";r=%d;t=%d' % (self.rate.name, self.remaining, self.reset))]


async def pass_gate(credential: Credential, tenant_id: str, tier: Tier) -> Verdict:
    """Count one request of `credential` against its tier, in the key's bucket and the tenant's, and its month's quota.

    Without Redis the quota is not asked about; what is not counted then is not made up for.
    """
    if credential.operator:
        return Verdict(True)
    known = (tenant_id, tier)
    rate: Rate | None = credential.rates[known] if known in credential.rates else _remember(credential, *known)
    try:
        if rate is None:
            return Verdict(True, epoch=int(await redis().command("GET", epoch_key(tenant_id)) or 0))
        admitted, remaining, reset, wait, epoch = await redis().call(rate.question)
    except RedisUnavailable:
        return _local_verdict(rate)
    seconds = -(-reset // MICROSECONDS)
    return Verdict(admitted > 0, rate, remaining, seconds, wait / MICROSECONDS, epoch, admitted == 2)


def _remember(credential: Credential, tenant_id: str, tier: Tier) -> Rate | None:
    """The rate that `credential` has in `tier`, kept with it; None where there is no limit."""
    limit = None if tier == "none" else credential.requests_per_minute or credential.plan.key_limit(tier)
    rate = None if limit is None else rate_of(credential, tenant_id, tier, limit)
    credential.rates[tenant_id, tier] = rate
    return rate


def rate_of(credential: Credential, tenant_id: str, tier: Tier, limit: int) -> Rate:
    """`limit` requests a minute in the key's own bucket, and the plan's in that of the whole tenant."""
    window = WINDOW_SECONDS * MICROSECONDS
    buckets = [(f"rate:{tenant_id}:{credential.principal}:{tier}", window // limit, limit)]
    whole = credential.plan.tenant_limit(tier)
    if whole is not None:
        buckets.append((f"rate:{tenant_id}:{tier}", window // whole, whole))
    keys = (epoch_key(tenant_id), *[key for key, _, _ in buckets])
    numbers = [number for _, interval, burst in buckets for number in (interval, burst)]
    quota = credential.plan.quotas.get("api_calls", 0)
    if quota:
        keys += (calls_key(tenant_id, current_period()),)
    name = tier.encode()
    policy = (b"ratelimit-policy", b'"%b";q=%d;w=%d' % (name, limit, WINDOW_SECONDS))
    return Rate(limit, tuple(buckets), _SCRIPT.call(keys, *numbers, quota), name, policy)


_local: dict[str, float] = {}


def _local_verdict(rate: Rate | None) -> Verdict:
    """GCRA with this process's memory, while Redis is away."""
    if rate is None:
        return Verdict(True)
    now = clock.now() * MICROSECONDS
    if len(_local) > 10_000:
        for key in [key for key, tat in _local.items() if tat < now]:
            del _local[key]
    tats = {key: max(_local.get(key, 0.0), now) + interval for key, interval, _ in rate.buckets}
    rooms = {key: now + interval * burst - tats[key] for key, interval, burst in rate.buckets}
    remaining = min(int(rooms[key] // interval) for key, interval, _ in rate.buckets)
    reset = math.ceil((max(tats.values()) - now) / MICROSECONDS)
    wait = max(0.0, -min(rooms.values())) / MICROSECONDS
    if wait > 0:
        return Verdict(False, rate, 0, reset, wait)
    _local.update(tats)
    return Verdict(True, rate, max(0, remaining), reset)
