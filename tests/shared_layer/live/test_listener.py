"""A hub and its listeners, with announcements in every order, slow readers, and a store that is asked."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from shared_layer.live import hub as hub_module
from shared_layer.live import listener as listener_module
from shared_layer.live.entry import Entry
from shared_layer.live.hub import Hub
from shared_layer.live.listener import End, Heartbeat, Lagging, Listener


def entry(seq: int, kind: str = "campaign_created", size: int = 10) -> Entry:
    return Entry(seq, kind, orjson.dumps({"seq": seq, "pad": "x" * size}))


class Store:
    """The chain, as the hub reads it; counts how often it is asked."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.reads = 0

    async def head_of(self, tenant_id: str) -> int:
        return len(self.entries)

    async def read_after(self, tenant_id: str, seq: int) -> list[Entry]:
        self.reads += 1
        await asyncio.sleep(0)
        return self.entries[seq : seq + 100]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    made = Store()
    monkeypatch.setattr(hub_module, "head_of", made.head_of)
    monkeypatch.setattr(hub_module, "read_after", made.read_after)
    return made


class NoChannels:
    def listen(self, channel: str, heard: Any) -> None: ...

    def leave(self, channel: str, heard: Any) -> None: ...


@pytest.fixture
def hub(store: Store, monkeypatch: pytest.MonkeyPatch) -> Hub:
    monkeypatch.setattr(hub_module, "channels", NoChannels)

    async def nobody(self: Any, credentials: set[str]) -> list[str]:
        return []

    monkeypatch.setattr(hub_module.Standing, "lost", nobody)
    return Hub("t", 0, lambda: False)


def message(one: Entry) -> bytes:
    return orjson.dumps({"seq": one.seq, "type": one.event_type, "data": orjson.Fragment(one.data)})


async def take(told: AsyncIterator[Any], count: int) -> list[Any]:
    async with asyncio.timeout(10):
        return [await anext(told) for _ in range(count)]


@pytest.mark.parametrize("seed", range(5))
async def test_announcements_in_any_order_twice_or_lost_are_heard_once_and_in_order(
    store: Store, hub: Hub, seed: int
) -> None:
    dice, count = random.Random(seed), 400
    listener = Listener(hub, 0, frozenset(), "key")
    hub.add(listener)

    async def announce() -> None:
        waiting: list[Entry] = []
        for seq in range(1, count + 1):
            store.entries.append(entry(seq))
            waiting += [entry(seq)] * dice.choice([0, 1, 1, 1, 2])
            dice.shuffle(waiting)
            while waiting and dice.random() < 0.7:
                hub._hear(message(waiting.pop()))
            await asyncio.sleep(0)
        hub._hear(None)

    announcing = asyncio.create_task(announce())
    told = await take(listener.told(), count)
    await announcing
    assert [one.seq for one in told if isinstance(one, Entry)] == list(range(1, count + 1))
    assert hub.remove(listener)


async def test_a_slow_listener_is_told_that_it_lags_holds_little_and_loses_nothing(store: Store, hub: Hub) -> None:
    slow, quick = Listener(hub, 0, frozenset(), "a"), Listener(hub, 0, frozenset(), "b")
    hub.add(slow)
    hub.add(quick)
    reading, others = slow.told(), quick.told()
    heard = []
    count = listener_module.QUEUED * 5
    for seq in range(1, count + 1):
        store.entries.append(entry(seq))
        if seq == 1:
            await asyncio.gather(*[take(each, 0) for each in (reading, others)])
            slow._attached = quick._attached = True
        hub._hear(message(store.entries[-1]))
        assert slow.queued <= listener_module.QUEUED
        heard += await take(others, 1)
    assert [one.seq for one in heard] == list(range(1, count + 1))
    told = await take(reading, count + 1)
    [lagging] = [one for one in told if isinstance(one, Lagging)]
    assert lagging.behind == count - listener_module.QUEUED
    assert [one.seq for one in told if isinstance(one, Entry)] == list(range(1, count + 1))
    hub.remove(slow)
    hub.remove(quick)


async def test_large_events_are_counted_by_their_bytes(store: Store, hub: Hub) -> None:
    listener = Listener(hub, 0, frozenset(), "key")
    hub.add(listener)
    listener._attached = True
    for seq in range(1, 20):
        store.entries.append(entry(seq, size=200_000))
        hub._hear(message(store.entries[-1]))
    assert listener.queued * 200_000 <= listener_module.QUEUED_BYTES
    told = await take(listener.told(), 20)
    assert [one.seq for one in told if isinstance(one, Entry)] == list(range(1, 20))
    hub.remove(listener)


async def test_a_thousand_that_come_back_at_once_read_the_store_once(store: Store, hub: Hub) -> None:
    store.entries = [entry(seq) for seq in range(1, 51)]
    hub.last = 50
    listeners = [Listener(hub, 0, frozenset(), "key") for _ in range(1000)]
    told = await asyncio.gather(*[take(listener.told(), 50) for listener in listeners])
    assert all([one.seq for one in each] == list(range(1, 51)) for each in told)
    assert store.reads == 1


async def test_what_is_not_wanted_moves_the_place_and_wakes_nobody(
    store: Store, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener_module, "HEARTBEAT_SECONDS", 0.01)
    listener = Listener(hub, 0, frozenset({"deal_won"}), "key")
    hub.add(listener)
    told = listener.told()
    assert isinstance(await anext(told), Heartbeat)
    store.entries = [entry(1), entry(2), entry(3, "deal_won")]
    for one in store.entries[:2]:
        hub._hear(message(one))
    assert await anext(told) == Heartbeat(2)
    hub._hear(message(store.entries[2]))
    assert (await anext(told)).seq == 3
    hub.end("reconnect")
    assert [one async for one in told] == [End("reconnect")]
    hub.remove(listener)


async def test_an_event_that_was_erased_leaves_its_number_and_nothing_else(store: Store, hub: Hub) -> None:
    store.entries = [entry(1), Entry(2, "lead_captured", b""), entry(3)]
    hub.last = 3
    listener = Listener(hub, 0, frozenset(), "key")
    assert [one.seq for one in await take(listener.told(), 2)] == [1, 3]


async def test_an_announcement_that_cannot_be_read_stops_nothing(store: Store, hub: Hub) -> None:
    listener = Listener(hub, 0, frozenset(), "key")
    hub.add(listener)
    told = listener.told()
    for nonsense in (b"", b"{", b"[]", b'{"seq": "x"}'):
        hub._hear(nonsense)
    store.entries.append(entry(1))
    hub._hear(message(store.entries[0]))
    assert (await take(told, 1))[0].seq == 1
    hub.remove(listener)
