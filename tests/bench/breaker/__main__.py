"""`python -m tests.bench.breaker`: how long an open circuit breaker takes to say no, and how soon it closes again.

The breaker is shared through a real Redis. Shown: 5,000 rejections one after the other; without Redis, from the
process's own memory; and, over 5 cycles of one second, how long after its time-out a breaker whose provider is well
again is closed.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
import uuid
from pathlib import Path

import uvloop

from shared_layer.ai.health import breaker
from shared_layer.ai.health.breaker import admit, look, report
from shared_layer.ai.health.breaker_rule import FAILURES
from shared_layer.storage import redis as redis_module
from shared_layer.storage.redis import Redis
from tests.support.platform import running_platform

REJECTIONS = 5_000
OPEN_SECONDS = 1.0


async def opened() -> str:
    """The name of a provider whose breaker has just opened."""
    provider = f"bench-{uuid.uuid4().hex[:8]}"
    for _ in range(FAILURES):
        admission = await admit([provider])
        assert admission is not None
        await report(admission, "failed")
    return provider


async def rejections(name: str) -> None:
    """Time rejections, and print their percentiles in microseconds."""
    os.environ["XYNERGY_BREAKER_SECONDS"] = "600"
    provider, took = await opened(), []
    for _ in range(REJECTIONS):
        began = time.perf_counter()
        assert await admit([provider]) is None
        took.append((time.perf_counter() - began) * 1e6)
    took.sort()
    p50, p99 = took[REJECTIONS // 2], took[REJECTIONS * 99 // 100]
    print(f"{name:16} rejection p50 {p50:7.0f} µs  p99 {p99:7.0f} µs  longest {took[-1]:7.0f} µs")


async def closings() -> None:
    """Print how long after its time-out each breaker was closed, when its provider is well."""
    os.environ["XYNERGY_BREAKER_SECONDS"] = str(OPEN_SECONDS)
    after = []
    for _ in range(5):
        provider = await opened()
        began = time.perf_counter()
        while (admission := await admit([provider])) is None:  # noqa: ASYNC110 (as callers do: it is asked again)
            await asyncio.sleep(0.01)
        await report(admission, "succeeded")
        assert (await look([provider]))[0].state == "closed"
        after.append(time.perf_counter() - began - OPEN_SECONDS)
    print(f"closed again     {', '.join(f'{1000 * seconds:.0f}' for seconds in after)} ms after the time-out")


async def _nothing_told(*_: str) -> None:
    return


async def main() -> None:
    """Measure all three."""
    breaker.tell_change = _nothing_told  # type: ignore[assignment]
    with tempfile.TemporaryDirectory() as folder:
        async with running_platform(Path(folder) / "data"):
            await rejections("with Redis")
            await closings()
            redis_module._redis = Redis("redis://127.0.0.1:1/0")
            await rejections("without Redis")


uvloop.run(main())
