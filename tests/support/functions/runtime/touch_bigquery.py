"""Ask BigQuery for nothing much."""

import asyncio

from shared_layer.front_door import PUBLIC, endpoint
from shared_layer.storage.gcp_clients import bigquery


@endpoint("GET", "/api/v1/touch-bigquery", scope=PUBLIC, tier="none", status=204, deadline=10.0)
async def touch_bigquery() -> None:
    await asyncio.to_thread(lambda: list(bigquery().query_and_wait("SELECT 1 AS one")))
