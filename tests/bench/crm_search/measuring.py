"""The questions that the bench asks, and what each answer reads."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from shared_layer.core.caller import Caller
from shared_layer.crm.duplicates import neighbours
from shared_layer.crm.listing import ContactFilter, list_contacts
from tests.bench.crm_search.people import people

QUERIES: Final[dict[str, dict[str, Any]]] = {
    "newest 50": {},
    "by name": {"sort": "name"},
    "stage + owner, by name": {"stage": "lead", "owner": "owner-3", "sort": "name"},
    "what excludes each other": {"stage": "lead", "owner": "owner-3", "tag": "tag4", "sort": "name"},
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


@dataclass(frozen=True, slots=True)
class Found:
    """What an answer read, held and took (the median of five)."""

    documents: int
    items: int
    milliseconds: float


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

    async def of(self, ask: Callable[[], Awaitable[Any]]) -> Found:
        """What a question reads; asked five times."""
        times, items = [], 0
        for _ in range(5):
            self.count, started = 0, time.perf_counter()
            answer = await ask()
            times.append((time.perf_counter() - started) * 1000)
            items = len(getattr(answer, "items", answer))
        return Found(self.count, items, statistics.median(times))


async def measure(reads: Reads, caller: Caller) -> dict[str, Found]:
    """Every query once, a deep page, and the duplicate search of one contact."""
    found = {
        name: await reads.of(lambda query=query: list_contacts(ContactFilter(**query), caller))
        for name, query in QUERIES.items()
    }
    cursor = None
    for _ in range(10):
        cursor = (await list_contacts(ContactFilter(cursor=cursor, limit=50), caller)).next_cursor
    found["page 11"] = await reads.of(lambda: list_contacts(ContactFilter(cursor=cursor), caller))
    one = next(people(0, 1))
    found["duplicates of one"] = await reads.of(lambda: neighbours(one, caller.tenant_id))
    return found


async def walked(caller: Caller, **asked: Any) -> tuple[int, float]:
    """How many contacts a list has when its cursors are followed to the end, none twice, and the seconds that takes."""
    met: set[str] = set()
    began, cursor, items = time.perf_counter(), None, 0
    while True:
        part = await list_contacts(ContactFilter(cursor=cursor, limit=200, **asked), caller)
        met.update(contact.id for contact in part.items)
        items, cursor = items + len(part.items), part.next_cursor
        if cursor is None:
            break
    if len(met) != items:
        raise AssertionError(f"{items - len(met)} contacts came twice")
    return items, time.perf_counter() - began
