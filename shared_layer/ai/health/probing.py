"""The health of every provider, looked at each minute: it moves the breakers, so that callers need not find out.

A provider that fails is asked again at once, as often as it takes to open its breaker; one whose breaker waits to let a
call through gets the probe in place of a caller's prompt.
"""

from __future__ import annotations

import asyncio
from typing import Final

import orjson

from shared_layer.ai.health.breaker import admit, report
from shared_layer.ai.health.breaker_rule import FAILURES
from shared_layer.ai.providers.check import ProviderCheck, check
from shared_layer.ai.providers.provider import Provider
from shared_layer.ai.providers.table import PROVIDERS
from shared_layer.core import clock
from shared_layer.core.logs import log
from shared_layer.storage.redis import RedisUnavailable, redis

KEY: Final = "ai:health"
KEPT_SECONDS: Final = 600


async def probe_providers() -> list[ProviderCheck]:
    """Look at every provider that is configured, and keep what was seen for the list of models."""
    checks = list(await asyncio.gather(*[_probe(provider) for provider in PROVIDERS if provider.configured]))
    seen = {"at": clock.now(), "latency_ms": {one.provider: one.latency_ms for one in checks if one.ok}}
    try:
        await redis().command("SET", KEY, orjson.dumps(seen), "EX", KEPT_SECONDS)
    except RedisUnavailable as error:
        log("WARNING", "ai_health_not_kept", str(error))
    return checks


async def latencies() -> dict[str, float]:
    """What the last probe measured, in milliseconds by provider; empty where that is long ago."""
    try:
        raw = await redis().command("GET", KEY)
    except RedisUnavailable:
        return {}
    found: dict[str, float] = orjson.loads(raw)["latency_ms"] if raw else {}
    return found


async def _probe(provider: Provider) -> ProviderCheck:
    seen = await check(provider)
    for _ in range(FAILURES):
        admission = await admit([provider.id])
        if admission is None:
            break
        if seen.ok:
            await report(admission, "succeeded")
            break
        await report(admission, "failed", f"{provider.id}: {seen.problem}")
        seen = await check(provider)
    return seen
