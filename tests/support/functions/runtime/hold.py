"""Answer when the test says so. Public, and without any dependency."""

import asyncio

from shared_layer.front_door import PUBLIC, Resources, endpoint
from tests.support.serving import Controls

CONTROLS = Controls()


@endpoint("GET", "/api/v1/held", scope=PUBLIC, tier="none", status=204, resources=Resources(concurrency=4))
async def hold() -> None:
    CONTROLS.running += 1
    CONTROLS.most_running = max(CONTROLS.most_running, CONTROLS.running)
    try:
        if CONTROLS.error is not None:
            raise CONTROLS.error
        if CONTROLS.gate is not None:
            await CONTROLS.gate.wait()
        await asyncio.sleep(CONTROLS.seconds)
        CONTROLS.done += 1
    finally:
        CONTROLS.running -= 1
