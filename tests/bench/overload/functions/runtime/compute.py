"""Compute for half a millisecond and wait for five: a call whose cost is known."""

import asyncio
import time

from shared_layer.front_door import PUBLIC, Resources, endpoint


@endpoint("GET", "/api/v1/compute", scope=PUBLIC, tier="none", status=204, resources=Resources(concurrency=16))
async def compute() -> None:
    end = time.perf_counter() + 0.0005
    while time.perf_counter() < end:
        pass
    await asyncio.sleep(0.005)
