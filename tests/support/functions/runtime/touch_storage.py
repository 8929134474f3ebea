"""Ask Cloud Storage for nothing much."""

import asyncio

from shared_layer.front_door import PUBLIC, endpoint
from shared_layer.storage.gcp_clients import storage


@endpoint("GET", "/api/v1/touch-storage", scope=PUBLIC, tier="none", status=204, deadline=10.0)
async def touch_storage() -> None:
    await asyncio.to_thread(lambda: storage().bucket("xynergy-content").blob("nothing").exists())
