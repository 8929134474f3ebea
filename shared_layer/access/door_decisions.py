"""The door's latest decisions of each governed tenant, so that a changed policy can be tried on them.

Counted like the metrics: kept in the process, added to Redis once a second. A tenant's last 1,000 stay for 30 days.
They are for a rehearsal, not for the record: without Redis they are lost.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final, Literal

import orjson

from shared_layer.core.logs import log
from shared_layer.storage.redis import Argument, RedisUnavailable, redis

if TYPE_CHECKING:
    from shared_layer.access.cedar import Check

KEPT: Final = 1000
KEPT_SECONDS: Final = 30 * 86_400
FLUSH_SECONDS: Final = 1.0

Outcome = Literal["allow", "deny"]

_waiting: dict[str, deque[bytes]] = {}
_flush_handle: asyncio.TimerHandle | None = None


def decisions_key(tenant_id: str) -> str:
    """The Redis list of a tenant's latest decisions, newest first."""
    return f"decisions:{tenant_id}"


def note(tenant_id: str, question: bytes, outcome: Outcome) -> None:
    """Remember a decision; `question` is a Check as JSON."""
    global _flush_handle
    entry = b'{"decision":"%s","check":%s}' % (outcome.encode(), question)
    _waiting.setdefault(tenant_id, deque(maxlen=KEPT)).append(entry)
    if _flush_handle is None:
        loop = asyncio.get_running_loop()
        _flush_handle = loop.call_later(FLUSH_SECONDS, lambda: loop.create_task(flush()))


async def flush() -> None:
    """Add what was noted to Redis; without Redis it is lost, and a line says so."""
    global _flush_handle
    if _flush_handle is not None:
        _flush_handle.cancel()
        _flush_handle = None
    noted = dict(_waiting)
    _waiting.clear()
    if not noted:
        return
    commands: list[tuple[Argument, ...]] = []
    for tenant_id, entries in noted.items():
        key = decisions_key(tenant_id)
        commands += [("LPUSH", key, *entries), ("LTRIM", key, 0, KEPT - 1), ("EXPIRE", key, KEPT_SECONDS)]
    try:
        await redis().pipeline(*commands)
    except RedisUnavailable as error:
        log("WARNING", "door_decisions_lost", str(error))


async def last_decisions(tenant_id: str) -> list[tuple[Check, Outcome]]:
    """(question, decision) of the last 1,000 calls, newest first. Raises RedisUnavailable."""
    from shared_layer.access.cedar import Check

    await flush()
    entries = [orjson.loads(entry) for entry in await redis().command("LRANGE", decisions_key(tenant_id), 0, KEPT - 1)]
    return [(Check.model_validate(entry["check"]), entry["decision"]) for entry in entries]
