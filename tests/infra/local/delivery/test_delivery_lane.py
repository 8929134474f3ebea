import asyncio

import pytest

from infra.local.clock import ManualClock
from infra.local.delivery import Alarms, Backoff, Lane


class Work:
    """Items for a lane, and what became of them."""

    def __init__(self, items, status=204):
        self.items = list(items)
        self.status = status
        self.sent, self.accepted, self.failed = [], [], []
        self.open = self.most_open = 0
        self.gate = asyncio.Event()
        self.gate.set()

    def take(self):
        return self.items.pop(0) if self.items else None

    async def send(self, item):
        self.sent.append(item)
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            await self.gate.wait()
        finally:
            self.open -= 1
        if isinstance(self.status, Exception):
            raise self.status
        return self.status

    def settle(self, item, accepted):
        (self.accepted if accepted else self.failed).append(item)


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def alarms(clock):
    alarms = Alarms(clock)
    yield alarms
    alarms.stop()


def lane_for(work, alarms, timeout=10.0):
    return Lane(alarms, work.take, work.send, work.settle, timeout)


async def settled(work, count):
    async with asyncio.timeout(5):
        while len(work.accepted) + len(work.failed) < count:  # noqa: ASYNC110
            await asyncio.sleep(0)


@pytest.mark.parametrize(("failures", "delay"), [(1, 10), (2, 20), (6, 320), (7, 600), (5000, 600)])
def test_backoff_doubles_up_to_its_maximum(failures, delay):
    assert Backoff(10, 600).delay(failures) == delay


async def test_alarms_ring_in_the_order_of_their_moments_and_not_when_cancelled(clock, alarms):
    rung = []
    alarms.after(3, lambda: rung.append("third"))
    alarms.after(1, lambda: (rung.append("first"), alarms.after(1, lambda: rung.append("second"))))
    alarms.after(2, lambda: rung.append("never")).cancel()
    await asyncio.sleep(0)
    await clock.advance(0.9)
    assert rung == []
    await clock.advance(5)
    assert rung == ["first", "second", "third"]


async def test_an_alarm_that_fails_is_logged_and_the_next_still_rings(clock, alarms, caplog):
    rung = []
    alarms.after(1, lambda: 1 / 0)
    alarms.after(2, lambda: rung.append("next"))
    await asyncio.sleep(0)
    await clock.advance(3)
    assert rung == ["next"]
    assert "ZeroDivisionError" in caplog.text


async def test_cancelled_alarms_do_not_pile_up(alarms):
    for _ in range(10_000):
        alarms.after(600, lambda: None).cancel()
    assert len(alarms) < 2_000


async def test_the_window_begins_narrow_and_opens_with_each_success(alarms):
    work = Work(range(1000))
    work.gate.clear()
    lane = lane_for(work, alarms)
    lane.wake()
    await asyncio.sleep(0)
    assert work.open == 4
    work.gate.set()
    await settled(work, 100)
    work.gate.clear()
    for _ in range(3):
        await asyncio.sleep(0)
    assert work.open == 64
    await lane.stop()


async def test_one_poison_item_does_not_hold_up_the_others(alarms):
    work = Work(["poison", "good"])
    work.status = 500
    lane = lane_for(work, alarms)
    lane.wake()
    await settled(work, 2)
    assert work.failed == ["poison", "good"]


async def test_a_dead_endpoint_is_tried_about_once_a_second(clock, alarms):
    work = Work(range(10_000), status=ConnectionRefusedError())
    lane = lane_for(work, alarms)
    lane.wake()
    for _ in range(600):
        await clock.advance(0.1)
        await asyncio.sleep(0)
    assert 50 < len(work.sent) < 80
    work.status = 204
    await clock.advance(1)
    await settled(work, 10_000)
    await lane.stop()


async def test_a_send_that_lasts_too_long_has_failed(clock, alarms):
    work = Work(["slow"])
    work.gate.clear()
    lane = lane_for(work, alarms)
    lane.wake()
    await asyncio.sleep(0)
    await clock.advance(9.9)
    assert not work.failed
    await clock.advance(0.2)
    await settled(work, 1)
    assert (work.failed, work.open) == (["slow"], 0)


async def test_stopping_settles_nothing(alarms):
    work = Work(["slow"])
    work.gate.clear()
    lane = lane_for(work, alarms)
    lane.wake()
    await asyncio.sleep(0)
    await lane.stop()
    assert (work.open, work.accepted, work.failed) == (0, [], [])


@pytest.mark.parametrize(("status", "accepted"), [(102, 1), (200, 1), (202, 1), (204, 1), (203, 0), (301, 0), (500, 0)])
async def test_only_googles_acknowledging_statuses_are_success(alarms, status, accepted):
    work = Work(["one"], status=status)
    lane_for(work, alarms).wake()
    await settled(work, 1)
    assert len(work.accepted) == accepted
