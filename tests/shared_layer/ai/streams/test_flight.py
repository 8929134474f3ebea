"""Streams of the same at the same time: one provider call, the whole of it for everybody, whoever leaves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from shared_layer.ai.api.completing import complete
from shared_layer.ai.asking.reply import Route
from shared_layer.ai.streams import flight, streaming
from shared_layer.ai.streams.begun import Begun
from shared_layer.ai.streams.flight import Flight, Reader
from shared_layer.core import clock
from shared_layer.core.errors import ProviderFailed
from shared_layer.storage.cache import cache_key, keep, leased
from shared_layer.storage.redis import redis
from tests.shared_layer.ai.answers.test_answering import EASY
from tests.shared_layer.ai.provider_double import Behaviour
from tests.shared_layer.ai.streams.test_streaming import prompt, read, text_of
from tests.shared_layer.ai.world import World, ledger
from tests.support.eventually import eventually


async def joined(count: int) -> None:
    """Return once so many read the streams under way."""

    async def there() -> bool:
        return sum(len(one._readers) for one in streaming._flights.values()) == count

    await eventually(there)


LONG = Behaviour(text="The quick brown fox jumps over the lazy dog. " * 4)


async def test_fifty_identical_streams_ask_once_and_each_gets_all_of_it_in_order(world: World):
    world.internal.otherwise = LONG
    world.internal.gate = asyncio.Event()
    tenant = world.caller().tenant_id
    asked = [prompt(world, tenant=tenant) for _ in range(50)]
    begun = [asyncio.create_task(streaming.stream(one, include_usage=True)) for one in asked]
    await asyncio.wait_for(world.internal.called.wait(), 10)
    world.internal.gate.set()
    told = [await read(one) for one in await asyncio.gather(*begun)]
    assert len(world.internal.calls) == 1
    assert {text_of(events) for events in told} == {LONG.text}
    assert all(events[-1] == "[DONE]" and events[-2]["usage"]["total_tokens"] == 18 for events in told)
    assert sorted(events[-2]["xynergy"]["cost_usd"] for events in told) == [0.0] * 49 + [0.001]
    assert len({events[-2]["xynergy"]["call_id"] for events in told}) == 50
    (entry,) = await ledger(tenant)
    assert (entry["cost_micros"], entry["outcome"]) == (1_000, "answered")


async def test_who_comes_in_the_middle_reads_from_the_beginning(world: World):
    world.internal.otherwise = Behaviour(text=LONG.text, hang="middle")
    tenant = world.caller().tenant_id
    first = await streaming.stream(prompt(world, tenant=tenant), include_usage=False)
    head = await anext(first.events)
    later = await streaming.stream(prompt(world, tenant=tenant), include_usage=False)
    assert later.cached
    assert (await anext(later.events)).startswith(head)
    await first.events.aclose()
    await later.events.aclose()
    assert len(world.internal.calls) == 1


async def test_whoever_asked_first_may_leave_and_the_others_read_on(world: World):
    world.internal.otherwise = LONG
    world.internal.gate = asyncio.Event()
    tenant = world.caller().tenant_id
    leader = asyncio.create_task(streaming.stream(prompt(world, tenant=tenant), include_usage=False))
    await asyncio.wait_for(world.internal.called.wait(), 10)
    other = asyncio.create_task(streaming.stream(prompt(world, tenant=tenant), include_usage=False))
    await joined(2)
    leader.cancel()
    await asyncio.wait([leader])
    world.internal.gate.set()
    assert text_of(await read(await other)) == LONG.text
    (entry,) = await ledger(tenant)
    assert (entry["outcome"], len(world.internal.calls)) == ("answered", 1)


async def test_a_follower_that_leaves_stops_nobody(world: World):
    world.internal.otherwise = LONG
    world.internal.gate = asyncio.Event()
    tenant = world.caller().tenant_id
    tasks = [asyncio.create_task(streaming.stream(prompt(world, tenant=tenant), include_usage=False)) for _ in range(3)]
    await asyncio.wait_for(world.internal.called.wait(), 10)
    await joined(3)
    tasks[1].cancel()
    world.internal.gate.set()
    first, last = await tasks[0], await tasks[2]
    assert await anext(last.events)
    await last.events.aclose()
    assert text_of(await read(first)) == LONG.text
    assert len(world.internal.calls) == 1


async def test_when_the_last_one_leaves_the_provider_is_hung_up_on_and_billed_once(world: World):
    world.internal.otherwise = Behaviour(hang="middle")
    tenant = world.caller().tenant_id
    streams = [await streaming.stream(prompt(world, tenant=tenant), include_usage=False) for _ in range(3)]
    for one in streams:
        one.leave()
    await asyncio.wait_for(world.internal.hung_up.wait(), 10)

    async def billed() -> bool:
        return [entry["outcome"] for entry in await ledger(tenant)] == ["aborted"]

    await eventually(billed)
    world.internal.otherwise = Behaviour()
    assert text_of(await read(await streaming.stream(prompt(world, tenant=tenant), include_usage=False))) == "Four."


async def test_what_keeps_it_from_beginning_is_told_to_all_and_nothing_is_left_behind(world: World):
    world.internal.otherwise = Behaviour(status=500)
    tenant = world.caller().tenant_id
    asked = [prompt(world, tenant=tenant, model="internal") for _ in range(5)]
    results = await asyncio.gather(*[streaming.stream(one, False) for one in asked], return_exceptions=True)
    assert [type(one) for one in results] == [ProviderFailed] * 5
    assert len(world.internal.calls) == 1
    assert not streaming._flights


async def test_a_stream_that_breaks_breaks_for_all_and_is_not_kept(world: World):
    world.internal.otherwise = Behaviour(text=LONG.text, cut_after=9)
    tenant = world.caller().tenant_id
    asked = [prompt(world, tenant=tenant, model="internal") for _ in range(4)]
    told = [await read(one) for one in await asyncio.gather(*[streaming.stream(one, True) for one in asked])]
    assert {events[-2]["error"]["code"] for events in told} == {"provider_failed"}
    world.internal.otherwise = LONG
    again = await streaming.stream(prompt(world, tenant=tenant, model="internal"), False)
    assert (again.cached, text_of(await read(again))) == (False, LONG.text)


async def test_tenants_share_no_stream(world: World):
    world.internal.otherwise = LONG
    streams = await asyncio.gather(*[streaming.stream(prompt(world), False) for _ in range(3)])
    assert [text_of(await read(one)) for one in streams] == [LONG.text] * 3
    assert len(world.internal.calls) == 3


async def test_a_whole_answer_and_a_stream_of_the_same_ask_once(world: World):
    world.internal.gate = asyncio.Event()
    tenant = world.caller().tenant_id
    begun = asyncio.create_task(streaming.stream(prompt(world, tenant=tenant), include_usage=False))
    await asyncio.wait_for(world.internal.called.wait(), 10)
    answer = asyncio.create_task(complete(world.caller(tenant), messages=EASY, operation="test"))
    await asyncio.sleep(0)
    world.internal.gate.set()
    assert text_of(await read(await begun)) == (await answer).text == "Four."
    assert (answer.result().cached, len(world.internal.calls)) == (True, 1)


async def test_what_another_process_streams_is_waited_for_and_replayed(world: World):
    tenant = world.caller().tenant_id
    asked = prompt(world, tenant=tenant)
    whole = await complete(world.caller(), messages=EASY, operation="test")
    async with leased(tenant, "ai_responses", asked.cache_parts, 0.0) as found:
        assert found is None
        begun = asyncio.create_task(streaming.stream(asked, include_usage=True))
        reply = {
            "body": {"choices": [{"index": 0, "message": {"content": whole.text}, "finish_reason": "stop"}]},
            "model": "m",
            "kind": "simple",
            "route": {"provider": "internal", "reasons": [], "complexity": 0.0},
            "usage": {"prompt_tokens": 1, "completion_tokens": 1},
            "cost_micros": 1_000,
            "latency_ms": 1.0,
            "call_id": "call_other",
        }
        await keep(tenant, "ai_responses", asked.cache_parts, reply)
    events = await read(await begun)
    assert (text_of(events), events[-2]["xynergy"]["cost_usd"]) == ("Four.", 0.0)
    assert len(world.internal.calls) == 1
    assert not await ledger(tenant)


def flight_of(source: AsyncIterator[bytes]) -> Flight:
    @asynccontextmanager
    async def begin() -> AsyncIterator[Begun]:
        yield Begun(Route("internal", (), 0.0), "simple", "m", 0, source, lambda: None, lambda: None)

    return Flight(begin, lambda: None)


async def test_a_long_answer_is_not_kept_whole_and_who_reads_on_misses_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(flight, "KEPT", 4_000)
    parts = [b"%4d" % number * 25 for number in range(1_000)]

    async def source() -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    begun = flight_of(source())
    readers = [Reader() for _ in range(3)]
    for reader in readers:
        await begun.join(reader)
    largest = 0

    async def follow(reader: Reader) -> bytes:
        nonlocal largest
        got = b""
        async for piece in begun.pieces(reader):
            got += piece
            largest = max(largest, sum(map(len, begun._log)))
            await asyncio.sleep(0)
        begun.leave(reader)
        return got

    told = await asyncio.gather(*map(follow, readers))
    assert set(told) == {b"".join(parts)}
    assert not begun.open
    assert largest <= 4_000 + len(parts[0])


async def test_who_reads_too_slowly_is_told_so_and_holds_nobody_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(flight, "KEPT", 4_000)
    monkeypatch.setattr(flight, "LAG_SECONDS", 0.0)
    parts = [b"%4d" % number * 25 for number in range(200)]

    async def source() -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    begun = flight_of(source())
    quick, slow = Reader(), Reader()
    await begun.join(quick)
    await begun.join(slow)
    behind = begun.pieces(slow)
    assert await anext(behind)
    assert b"".join([piece async for piece in begun.pieces(quick)]) == b"".join(parts)
    (told,) = [piece async for piece in behind]
    assert b"more slowly" in told


async def test_a_single_slow_reader_is_waited_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(flight, "KEPT", 1_000)
    monkeypatch.setattr(flight, "LAG_SECONDS", 0.0)
    made = 0

    async def source() -> AsyncIterator[bytes]:
        nonlocal made
        for _ in range(100):
            made += 1
            yield b"x" * 100

    begun, reader = None, Reader()
    begun = flight_of(source())
    await begun.join(reader)
    got = 0
    async for piece in begun.pieces(reader):
        got += len(piece)
        for _ in range(5):
            await asyncio.sleep(0)
        assert made * 100 - got <= 1_200
    assert got == 10_000


async def test_another_process_that_died_is_not_waited_for_for_long(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(streaming, "PATIENCE", 0.1)
    tenant = world.caller().tenant_id
    asked = prompt(world, tenant=tenant)
    lease = f"{cache_key(tenant, 'ai_responses', *asked.cache_parts)}:lease"
    await redis().command("SET", lease, "of a dead process", "PX", 600_000)
    assert text_of(await read(await streaming.stream(asked, include_usage=False))) == "Four."
    assert len(world.internal.calls) == 1


async def test_a_stream_of_an_old_answer_is_that_at_once_while_it_is_renewed(world: World):
    tenant = world.caller().tenant_id
    await complete(world.caller(tenant), messages=EASY, operation="test")
    world.internal.otherwise = Behaviour(text="Still four.")
    former = clock.use(lambda: time.time() + 3_700)
    try:
        old = await streaming.stream(prompt(world, tenant=tenant), include_usage=False)
        assert (old.cached, text_of(await read(old))) == (True, "Four.")

        async def renewed() -> bool:
            return text_of(await read(await streaming.stream(prompt(world, tenant=tenant), False))) == "Still four."

        await eventually(renewed)
    finally:
        clock.use(former)
    assert len(world.internal.calls) == 2
