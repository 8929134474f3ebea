"""The copies of the ledger's entries in Redis, until their page is stored; and the sweeper of those that were left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from shared_layer.ai.money.budget import Hold, budget_keys, period_of
from shared_layer.ai.money.ledger_page import Entry, Page, store
from shared_layer.core import clock
from shared_layer.storage.redis import Script, redis

STREAM: Final = "ai:ledger"
LEFT_SECONDS: Final = 30.0
"""An instance stores its pages every second; what is older was left by one that died, or sleeps without requests."""
AT_ONCE: Final = 500

_SETTLE: Final = Script("""
if ARGV[1] ~= '' and redis.call('ZREM', KEYS[2], ARGV[1]) == 1 then
  redis.call('HINCRBY', KEYS[1], 'reserved', -tonumber(ARGV[2]))
end
local spent, limit = 0, 0
if redis.call('EXISTS', KEYS[1]) == 1 then
  spent = redis.call('HINCRBY', KEYS[1], 'spent', ARGV[3])
  limit = tonumber(redis.call('HGET', KEYS[1], 'limit') or '') or 0
end
return {redis.call('XADD', KEYS[3], '*', 'tenant', ARGV[4], 'page', ARGV[5], 'entry', ARGV[6]), spent, limit}
""")


@dataclass(frozen=True, slots=True)
class Settled:
    """`stream_id` is the entry's copy; `spent` and `limit` of the period in micro-dollars, 0 where not counted."""

    stream_id: bytes
    spent: int
    limit: int


async def settle(page: Page, entry: Entry, hold: Hold | None) -> Settled:
    """Copy an entry and settle what was held for it, in one step. Raises RedisUnavailable."""
    period = hold.period if hold else period_of(entry["at"])
    keys = (*budget_keys(page.tenant_id, period), STREAM)
    held, amount = (hold.close(), hold.micros) if hold else ("", 0)
    stream_id, spent, limit = await redis().run(
        _SETTLE, keys, held, amount, entry["cost_micros"], page.tenant_id, page.id, orjson.dumps(entry)
    )
    return Settled(stream_id, spent, limit)


async def drop(stream_ids: Sequence[bytes]) -> None:
    """Remove copies whose page is stored. Raises RedisUnavailable."""
    if stream_ids:
        await redis().command("XDEL", STREAM, *stream_ids)


async def sweep_ledger() -> int:
    """Store what instances left behind; answers how many entries that were. Raises RedisUnavailable."""
    until = int((clock.now() - LEFT_SECONDS) * 1000)
    found: list[Any] = await redis().command("XRANGE", STREAM, "-", str(until), "COUNT", AT_ONCE)
    pages: dict[bytes, Page] = {}
    for stream_id, pairs in found:
        fields = dict(zip(pairs[::2], pairs[1::2], strict=True))
        page = pages.setdefault(fields[b"page"], Page(fields[b"tenant"].decode(), fields[b"page"].decode()))
        page.entries.append(orjson.loads(fields[b"entry"]))
        page.stream_ids.append(stream_id)
    for page in pages.values():
        await store([page])
        await drop(page.stream_ids)
    return len(found)
