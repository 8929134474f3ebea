"""Load shedding: as many at a time as declared, a few in the queue, the rest refused at once."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from itertools import count
from typing import Any

import pytest
from starlette.requests import Request

from shared_layer.front_door import shedding
from shared_layer.front_door.shedding import Capacity
from tests.support.serving import served

pytestmark = pytest.mark.usefixtures("platform")  # the process's Redis is the platform's from its first use on


async def test_beyond_the_declared_concurrency_and_the_queue_calls_are_refused_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Four run, one waits; nothing else gets in."""
    monkeypatch.setattr(shedding, "QUEUED_SECONDS", 30.0)
    async with served("hold") as (client, function):
        hold = asyncio.Event()
        function.gate = hold
        calls = [asyncio.create_task(client.get("/api/v1/held")) for _ in range(12)]
        refused, _ = await _until(calls, 7)
        assert {answer.status_code for answer in refused} == {503}
        problem = refused[0].json()
        assert (problem["code"], refused[0].headers["retry-after"]) == ("overloaded", "1")
        assert function.running == 4
        hold.set()
        statuses = Counter(answer.status_code for answer in await asyncio.gather(*calls))
        assert statuses == {204: 5, 503: 7}
        assert function.most_running == 4


async def test_at_three_times_the_capacity_as_much_is_answered_as_without_overload() -> None:
    """15 clients on 4 places: as many calls end well as the places allow, however many are refused beside them."""
    async with served("hold") as (client, function):
        function.seconds = 0.01
        statuses: Counter[int] = Counter()

        async def impatient() -> None:
            while statuses[204] < 200:
                statuses[(await client.get("/api/v1/held")).status_code] += 1
                await asyncio.sleep(0)

        await asyncio.gather(*[impatient() for _ in range(15)])
        assert set(statuses) == {204, 503}
        assert function.most_running == 4
        assert function.done == statuses[204]


async def test_a_place_is_given_back_whatever_happens_to_the_call() -> None:
    async with served("hold") as (client, function):
        function.error = ArithmeticError("an error of the function's own")
        for _ in range(10):
            assert (await client.get("/api/v1/held")).status_code == 500
        function.error = None
        assert (await client.get("/api/v1/held")).status_code == 204


async def test_who_waits_is_served_in_order_and_gives_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shedding, "QUEUED_SECONDS", 0.05)
    capacity = Capacity("test", 16)
    capacity.running = 16
    first, second = asyncio.create_task(capacity.wait()), asyncio.create_task(capacity.wait())
    await asyncio.sleep(0)
    assert await capacity.wait() is False
    capacity.leave()
    assert await first is True
    assert await second is False
    assert capacity.running == 16


async def test_a_loop_that_comes_late_lets_fewer_in_and_more_when_it_is_on_time_again() -> None:
    capacity = Capacity("test", 64)
    capacity.running = 64
    capacity.adapt(0.1)
    assert capacity.limit == 44  # 64 × 0.7, in whole places
    capacity.leave()
    assert capacity.running == 63
    for _ in range(20):
        capacity.adapt(0.1)
    assert capacity.limit == 32
    for _ in range(16):
        capacity.adapt(0.001)
    assert capacity.limit == 64
    capacity.adapt(0.0)
    assert capacity.limit == 64


async def test_beyond_a_lowered_limit_nobody_who_waits_gets_the_place_that_is_given_back() -> None:
    capacity = Capacity("test", 16)
    capacity.running = 16
    waiting = asyncio.create_task(capacity.wait())
    await asyncio.sleep(0)
    capacity.adapt(0.1)
    capacity.leave()
    assert await waiting is False
    assert (capacity.running, capacity.limit) == (15, 11)


async def test_a_cancelled_wait_keeps_no_place() -> None:
    capacity = Capacity("test", 1)
    capacity.running = 1
    waiting = asyncio.create_task(capacity.wait())
    await asyncio.sleep(0)
    capacity.leave()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert capacity.running == 0


async def test_a_pass_of_the_loop_begins_calls_for_four_milliseconds_and_the_next_one_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds = 1000.0
    monkeypatch.setattr(shedding, "perf_counter", lambda: seconds)
    capacity = Capacity("test", 16)
    assert not capacity.pass_is_full()
    seconds += 0.0039
    assert not capacity.pass_is_full()
    seconds += 0.0002
    assert capacity.pass_is_full()
    assert capacity.pass_is_full()
    await asyncio.sleep(0)
    assert not capacity.pass_is_full()


async def test_calls_that_a_full_pass_holds_back_keep_their_places_and_are_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each look at the clock finds five milliseconds gone: beyond two, a pass begins one call; all are answered."""
    ticks = count(1000.0, 0.005)
    waits = 0

    async def next_pass(capacity: Capacity) -> None:
        nonlocal waits
        waits += 1
        await waited(capacity)

    waited = Capacity.next_pass
    monkeypatch.setattr(shedding, "perf_counter", lambda: next(ticks))
    monkeypatch.setattr(Capacity, "next_pass", next_pass)
    async with served("hold") as (_, function):
        function.seconds = 0.01
        hold = sys.modules["hold"].hold
        for _ in range(10):
            answers = await asyncio.gather(*[hold(_request()) for _ in range(4)])
            assert {answer.status_code for answer in answers} == {204}
        assert (function.done, function.running) == (40, 0)
    assert waits == 10  # the fourth call of each four


async def test_a_call_that_is_left_while_a_full_pass_holds_it_back_keeps_no_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with served("hold") as (_, function):
        hold, function.gate = sys.modules["hold"].hold, asyncio.Event()
        monkeypatch.setattr(Capacity, "pass_is_full", lambda _: True)
        calls = [asyncio.create_task(hold(_request())) for _ in range(4)]
        for _ in range(5):
            await asyncio.sleep(0)
        assert function.running == 2
        calls[3].cancel()
        with pytest.raises(asyncio.CancelledError):
            await calls[3]
        monkeypatch.undo()
        function.gate.set()
        answers = await asyncio.gather(*calls[:3], hold(_request()))
        assert {answer.status_code for answer in answers} == {204}


def _request() -> Request:
    scope = {"type": "http", "method": "GET", "path": "/api/v1/held", "headers": [], "query_string": b""}
    return Request(scope)


async def _until(calls: list[asyncio.Task[Any]], done: int) -> tuple[list[Any], set[asyncio.Task[Any]]]:
    pending = set(calls)
    ended: set[asyncio.Task[Any]] = set()
    while len(ended) < done:
        newly, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        ended |= newly
    return [call.result() for call in ended], pending
