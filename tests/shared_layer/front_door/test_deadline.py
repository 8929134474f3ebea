"""One timer for all calls of an operation ends each of them when it is due, and none that is not."""

from __future__ import annotations

import asyncio

import pytest

from shared_layer.front_door.deadline import Deadline


async def work(deadline: Deadline, seconds: float, done: asyncio.Event) -> str:
    with deadline.until(asyncio.get_running_loop().time() + seconds):
        await done.wait()
    return "done"


async def test_each_call_ends_when_it_is_due_and_the_others_go_on() -> None:
    deadline, done, never = Deadline(), asyncio.Event(), asyncio.Event()
    early = [asyncio.create_task(work(deadline, 0.01, never)) for _ in range(3)]
    late = asyncio.create_task(work(deadline, 60.0, done))
    ended = await asyncio.gather(*early, return_exceptions=True)
    assert [type(error) for error in ended] == [TimeoutError] * 3
    done.set()
    assert await late == "done"


async def test_the_timer_goes_on_to_the_next_call_after_the_first_has_ended() -> None:
    deadline, done, never = Deadline(), asyncio.Event(), asyncio.Event()
    first = asyncio.create_task(work(deadline, 0.02, done))
    second = asyncio.create_task(work(deadline, 0.04, never))
    await asyncio.sleep(0)
    done.set()
    assert await first == "done"
    with pytest.raises(TimeoutError):
        await second


async def test_a_call_that_is_cancelled_by_others_is_cancelled_and_not_late() -> None:
    deadline = Deadline()
    call = asyncio.create_task(work(deadline, 60.0, asyncio.Event()))
    await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call


async def test_what_is_raised_inside_comes_out_as_it_is() -> None:
    with pytest.raises(LookupError):
        with Deadline().until(asyncio.get_running_loop().time() + 60.0):
            raise LookupError


def test_a_deadline_serves_one_event_loop_after_another() -> None:
    deadline = Deadline()
    for _ in range(2):
        with pytest.raises(TimeoutError):
            asyncio.run(work(deadline, 0.01, asyncio.Event()))
