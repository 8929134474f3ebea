"""What was spent, written down: every answer that was paid for has an entry, also one that nobody waited for.

An entry is in two places before its answer goes out: in the page of this instance, and in a stream in Redis, by the
same script that settles the budget. Within a second or so the page is in Firestore (ledger_page.py) and the copies are
removed. An instance that dies leaves its copies, and the sweeper (ledger_stream.py) writes them; an entry is lost only
where the instance and Redis die within the same second. While Redis is away an answer waits for its page instead.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from typing import Final

from shared_layer.ai.money.budget import Hold, tell_thresholds
from shared_layer.ai.money.ledger_page import COMMIT_SECONDS, DIGITS, LEDGER, Entry, Page, entries_of, store
from shared_layer.ai.money.ledger_stream import drop, settle
from shared_layer.ai.money.spend import Outcome, Spend
from shared_layer.ai.own_context import detach, own_context
from shared_layer.core import endings
from shared_layer.core.caller import Caller
from shared_layer.core.context import enter
from shared_layer.core.errors import Unavailable
from shared_layer.core.logs import log, log_exception
from shared_layer.storage import tenant_counts
from shared_layer.storage.documents import tenant_collection
from shared_layer.storage.redis import RedisUnavailable

__all__ = ["Outcome", "Spend", "detach", "entry_of", "flush", "next_call_id", "note", "record"]

WAIT_SECONDS: Final = 1.0
COMMIT_BYTES: Final = 5_000_000
"""Half of what Firestore takes in one commit."""

_open: dict[str, Page] = {}
_unwritten: list[Page] = []
_late: list[bytes] = []
_timer: asyncio.TimerHandle | None = None
_loop: asyncio.AbstractEventLoop | None = None


async def record(caller: Caller, spend: Spend, hold: Hold | None = None) -> None:
    """Write a paid answer down and settle what was held for it. It is durable when this returns."""
    entry = spend.entry(caller)
    page = _add(caller.tenant_id, entry)
    tenant_counts.spent(caller.tenant_id, spend.cost_micros)
    try:
        settled = await asyncio.shield(settle(page, entry, hold))
    except RedisUnavailable as error:
        log("WARNING", "ai_ledger_direct", f"without Redis an answer waits for its page: {error}")
        await asyncio.shield(detach(_stored(page)))
        return
    if page.stored.is_set():
        _late.append(settled.stream_id)
    else:
        page.stream_ids.append(settled.stream_id)
    if settled.limit:
        tell_thresholds(caller.tenant_id, settled.spent, spend.cost_micros, settled.limit)


def next_call_id(tenant_id: str) -> str:
    """The call id of an answer from the cache, which is noted next."""
    return _page_of(tenant_id).next_call_id()


def note(caller: Caller, spend: Spend) -> None:
    """Write an answer down that cost nothing: nothing is owed where the process dies before its page is stored."""
    _add(caller.tenant_id, spend.entry(caller))


async def entry_of(tenant_id: str, call_id: str) -> Entry | None:
    """The ledger's entry of a call, once its page is stored; None where there is none."""
    from google.cloud.firestore_v1.base_query import FieldFilter

    await flush()
    for holds_it in (
        FieldFilter("call_ids", "array_contains", call_id),
        FieldFilter("numbered", "==", call_id[:-DIGITS]),
    ):
        async for snapshot in tenant_collection(tenant_id, LEDGER).where(filter=holds_it).stream():
            for entry in entries_of(snapshot.to_dict() or {}):
                if entry["call_id"] == call_id:
                    return entry
    return None


def _add(tenant_id: str, entry: Entry) -> Page:
    global _timer, _loop
    loop = asyncio.get_running_loop()
    if _loop is not loop:
        _loop, _timer = loop, None
        endings.before_end(flush)
    page = _page_of(tenant_id)
    page.add(entry)
    if page.full:
        _open.pop(tenant_id, None)
        detach(_store([page]))
    elif _timer is None:
        _timer = loop.call_later(WAIT_SECONDS, lambda: detach(flush()))
    return page


def _page_of(tenant_id: str) -> Page:
    page = _open.get(tenant_id)
    if page is None:
        page = _open[tenant_id] = Page(tenant_id)
    return page


async def flush() -> None:
    """Store the pages that are open, and those that could not be stored before, these one by one: what it is that
    Firestore does not take holds up no other.
    """
    global _timer
    if _timer is not None:
        _timer.cancel()
        _timer = None
    together = [*([page] for page in _unwritten), *_together(_open.values())]
    _open.clear()
    _unwritten.clear()
    if together:
        await asyncio.shield(asyncio.gather(*[detach(_store(pages)) for pages in together]))


def _together(pages: Iterable[Page]) -> list[list[Page]]:
    """Pages by the commits that have room for them."""
    commits: list[list[Page]] = []
    room = 0
    for page in pages:
        if not commits or page.size > room:
            commits.append([])
            room = COMMIT_BYTES
        commits[-1].append(page)
        room -= page.size
    return commits


async def _stored(page: Page) -> None:
    """Return once `page` is in Firestore. Raises Unavailable where it does not get there."""
    await flush()
    try:
        await asyncio.wait_for(page.stored.wait(), COMMIT_SECONDS)
    except TimeoutError:
        raise Unavailable("The answer's cost could not be written down. Retry in a few seconds.") from None


async def _store(pages: list[Page]) -> None:
    """Store pages; those that Firestore does not take wait for the next try, and Redis has their copies."""
    global _timer
    enter(own_context())
    try:
        await store(pages)
    except Exception as error:  # noqa: BLE001 (whatever it was, nothing is given up: the pages stay)
        log_exception("ai_ledger_behind", error, entries=sum(len(page.entries) for page in pages))
        _unwritten.extend(pages)
        if _timer is None:
            _timer = asyncio.get_running_loop().call_later(WAIT_SECONDS, lambda: detach(flush()))
        return
    stale = [stream_id for page in pages for stream_id in page.stream_ids] + _late
    _late.clear()
    for page in pages:
        page.stored.set()
    with contextlib.suppress(RedisUnavailable):  # the sweeper finds that they are stored
        await drop(stale)
