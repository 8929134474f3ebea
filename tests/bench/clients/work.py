"""What is measured, in a process of its own: the same work as the functions do it, with nothing else beside it."""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta

import uvloop

from shared_layer.core import clock
from shared_layer.core.context import RequestContext
from shared_layer.messaging.events.marketing import CampaignCreated
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import tenant_document
from shared_layer.storage.event_rows import Period, query_events

TENANT = "tbench0123456789"
AT_ONCE = 8


async def nothing() -> None:
    """The loop's own part."""


async def read() -> None:
    """One document by its id."""
    assert (await tenant_document(TENANT, "bench", "one").get()).exists


async def commit() -> None:
    """An entity and its event, in one commit."""
    context = RequestContext("req_bench_clients", "0" * 32, "0" * 16, "marketing-engine", "bench", TENANT)
    unit = Unit(context, TENANT, ("campaign_created",))
    campaign_id = f"cmp_{uuid.uuid4().hex[:20]}"
    unit.create(tenant_document(TENANT, "bench", campaign_id), {"name": "Spring", "plan": {"steps": ["one"] * 20}})
    unit.emit(CampaignCreated(campaign_id=campaign_id, data={"status": "draft", "name": "Spring"}))
    await unit.commit()


async def query() -> None:
    """A count of the warehouse, a day of it."""
    now = clock.utcnow()
    period = Period(now - timedelta(days=1), now)
    await query_events(TENANT, period, ["event_id", "synced_at"], ["none"], "SELECT COUNT(*) AS n FROM events", {})


async def measure(work: Callable[[], Awaitable[None]], times: int) -> float:
    """CPU-ms of this process (its threads too) for each of `times`, after a tenth of that as warm-up."""
    turns = iter(range(times // 10))

    async def some() -> None:
        for _ in turns:
            await work()

    await asyncio.gather(*[some() for _ in range(AT_ONCE)])
    turns = iter(range(times))
    before = time.process_time()
    await asyncio.gather(*[some() for _ in range(AT_ONCE)])
    return (time.process_time() - before) * 1000 / times


async def main() -> None:
    """Measure each, print it as JSON."""
    await tenant_document(TENANT, "bench", "one").set({"name": "Spring", "version": 1, "tags": ["a", "b"]})
    figures = {
        "floor": await measure(nothing, 2_000),
        "read": await measure(read, 2_000),
        "commit": await measure(commit, 1_000),
        "query": await measure(query, 200),
    }
    json.dump(figures, sys.stdout)


if __name__ == "__main__":
    uvloop.run(main())
