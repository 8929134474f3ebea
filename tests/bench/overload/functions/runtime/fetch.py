"""Compute for a fifth of a millisecond and wait for thirty: a call that reads from elsewhere, as most do."""

import asyncio
import time

from shared_layer.front_door import PUBLIC, Resources, endpoint


@endpoint("GET", "/api/v1/fetch", scope=PUBLIC, tier="none", status=204, resources=Resources(concurrency=16))
async def fetch() -> None:
    end = time.perf_counter() + 0.0002
    while time.perf_counter() < end:
        pass
    await asyncio.sleep(0.03)
