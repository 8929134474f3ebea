"""Documents read, and milliseconds, of lists and searches at growing numbers of contacts, on the local Firestore.

./deploy.sh bench crm_search [1000 10000 …]
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from infra.local import programs
from infra.local.child import Child
from infra.local.environment import platform_variables, process_environment
from infra.local.folder import DataFolder
from infra.local.ports import Ports
from shared_layer.core.caller import Caller
from shared_layer.core.settings import settings
from shared_layer.crm.contact import StoredContact, contact_document
from shared_layer.crm.duplicates import neighbours
from shared_layer.crm.listing import ContactFilter, list_contacts
from shared_layer.storage.gcp_clients import firestore
from tests.bench.crm_search.people import people
from tests.support.staging import context

TENANT = "tbench"
QUERIES: dict[str, dict[str, Any]] = {
    "newest 50": {},
    "by name": {"sort": "name"},
    "stage + owner, by name": {"stage": "lead", "owner": "owner-3", "sort": "name"},
    "tag, by score": {"tag": "tag7", "sort": "-score"},
    "score >= 90": {"min_score": 90},
    "'white' (a common name)": {"q": "white"},
    "'white' in a tag": {"q": "white", "tag": "tag7"},
    "'wh' (beginning)": {"q": "wh", "sort": "name"},
    "'joshua whi' (two words)": {"q": "joshua whi"},
    "'joshua white labs'": {"q": "joshua white labs"},
    "'zaphod' (one of all)": {"q": "zaphod"},
    "address": {"q": "zaphod.quixote.0@zymurgy.example"},
}


async def fill(count: int, done: int) -> None:
    """Write the contacts from number `done` on."""
    waiting: list[StoredContact] = []
    for number, contact in enumerate(people(count)):
        if number >= done:
            waiting.append(contact)
        if len(waiting) == 100 or (number == count - 1 and waiting):
            batch = firestore().batch()
            for one in waiting:
                batch.set(contact_document(TENANT, one.id), one.model_dump())
            await batch.commit(timeout=60)
            waiting = []


class Reads:
    """Counts the documents that Firestore answers."""

    def __init__(self) -> None:
        from google.cloud.firestore_v1.async_query import AsyncQuery

        self.count, former, reads = 0, AsyncQuery._make_stream, self

        async def counted(query: Any, *args: Any, **kwargs: Any) -> Any:
            async for snapshot in former(query, *args, **kwargs):
                reads.count += 1
                yield snapshot

        AsyncQuery._make_stream = counted

    async def of(self, ask: Callable[[], Awaitable[Any]]) -> tuple[int, float]:
        """Documents, and the median of five calls in milliseconds."""
        times = []
        for _ in range(5):
            self.count, started = 0, time.perf_counter()
            await ask()
            times.append((time.perf_counter() - started) * 1000)
        return self.count, statistics.median(times)


async def measure(reads: Reads, caller: Caller) -> dict[str, tuple[int, float]]:
    """Every query once, a deep page, and the duplicate search of one contact."""
    found = {
        name: await reads.of(lambda query=query: list_contacts(ContactFilter(**query), caller))
        for name, query in QUERIES.items()
    }
    cursor = None
    for _ in range(10):
        cursor = (await list_contacts(ContactFilter(cursor=cursor, limit=50), caller)).next_cursor
    found["page 11"] = await reads.of(lambda: list_contacts(ContactFilter(cursor=cursor), caller))
    one = next(iter(people(2)))
    found["duplicates of one"] = await reads.of(lambda: neighbours(one, TENANT))
    return found


@asynccontextmanager
async def cloud(folder: Path) -> Any:
    """The local cloud alone, with nothing that listens to its documents."""
    data, ports = DataFolder(folder), Ports.choose(0)
    variables = platform_variables({}, ports, data)
    child = Child(programs.local_cloud(ports, data, process_environment(os.environ, variables)), lambda *_: None)
    os.environ.update(variables)
    settings.cache_clear()
    await child.start()
    await child.ready(60)
    try:
        yield
    finally:
        await child.stop(patience=5.0)
        data.release()


async def main(sizes: list[int]) -> None:
    """Print a table: a row for each query, a pair of columns for each size."""
    reads, table, done = Reads(), dict[str, list[tuple[int, float]]](), 0
    caller = Caller(TENANT, "bench", frozenset(), "unlimited", False, context("crm-engine", TENANT))
    with tempfile.TemporaryDirectory() as folder:
        async with cloud(Path(folder) / "data"):
            for size in sizes:
                await fill(size, done)
                done = size
                for name, found in (await measure(reads, caller)).items():
                    table.setdefault(name, []).append(found)
    print(f"{'contacts':28}" + "".join(f"{size:>10,} docs {'ms':>7}" for size in sizes))
    for name, row in table.items():
        print(f"{name:28}" + "".join(f"{count:>15}{milliseconds:8.1f}" for count, milliseconds in row))


if __name__ == "__main__":
    asyncio.run(main([int(size) for size in sys.argv[1:]] or [1_000, 10_000]))
