"""The circuit breaker: its rule, the same rule as a script on Redis, and the breakers as the router uses them."""

from __future__ import annotations

import asyncio
import sys
import uuid
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_layer.ai.api.catalogue import breaker_states
from shared_layer.ai.health import breaker
from shared_layer.ai.health.breaker import admit, look, report
from shared_layer.ai.health.breaker_rule import FAILURES, BreakerRule
from shared_layer.ai.health.breaker_script import SCRIPT
from shared_layer.core import clock
from shared_layer.core.errors import ProviderFailed
from shared_layer.storage import redis as redis_module
from shared_layer.storage.redis import Redis, redis
from tests.shared_layer.ai.answers.test_answering import HARD, ask
from tests.shared_layer.ai.provider_double import Behaviour
from tests.shared_layer.ai.world import World, events
from tests.support.eventually import eventually

STEPS = st.lists(
    st.tuples(st.sampled_from(["admit", "succeeded", "failed", "released"]), st.integers(0, 70), st.integers(0, 3)),
    max_size=40,
)


def opened(open_seconds: float = 60.0) -> BreakerRule:
    rule = BreakerRule(open_seconds)
    for _ in range(FAILURES):
        rule.failed(0.0, "")
    return rule


def test_five_consecutive_failures_open_it_and_a_success_between_starts_anew():
    rule = BreakerRule()
    for _ in range(FAILURES - 1):
        assert not rule.failed(0.0, "")
    rule.succeeded(0.0, "")
    for _ in range(FAILURES - 1):
        assert not rule.failed(0.0, "")
    assert rule.failed(0.0, "")
    assert rule.state == "open"


def test_it_is_open_for_sixty_seconds_then_lets_one_probe_through():
    rule = opened()
    assert rule.admit(59.9, "a", 90.0) == (False, "")
    assert rule.admit(60.0, "a", 90.0) == (True, "a")
    assert rule.admit(60.0, "b", 90.0) == (False, "")
    assert rule.succeeded(61.0, "a")
    assert rule.state == "closed"


def test_a_failed_probe_opens_it_for_another_sixty_seconds():
    rule = opened()
    rule.admit(60.0, "a", 90.0)
    assert rule.failed(61.0, "a")
    assert not rule.admits(120.9)
    assert rule.admits(121.0)


def test_a_probe_whose_caller_died_frees_its_place_in_time():
    rule = opened()
    rule.admit(60.0, "a", 90.0)
    assert not rule.admits(149.9)
    assert rule.admit(150.0, "b", 90.0) == (True, "b")
    assert not rule.succeeded(151.0, "a")
    assert rule.state == "half_open"


def test_a_late_result_of_a_call_from_before_changes_nothing():
    rule = opened()
    assert not rule.succeeded(1.0, "")
    assert not rule.failed(1.0, "")
    assert rule.state == "open"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_the_script_on_redis_goes_through_the_same_states_as_the_rule(world, steps):
    rule, key, now = BreakerRule(60.0), f"breaker:{uuid.uuid4().hex}", 1_000_000
    held = [""]
    for number, (operation, seconds, which) in enumerate(steps):
        now += seconds
        permit = f"p{number}" if operation == "admit" else held[which % len(held)]
        arguments = (operation, 60_000, permit, 90_000, FAILURES, 0, now * 1000)
        index, given, change = await redis().run(SCRIPT, (key,), *arguments)
        former = rule.state
        if operation == "admit":
            if not index and float(given) > 0:
                assert not rule.admits(now + float(given) / 1000 - 0.001), "it is surely shut for that long"
            assert (bool(index), given.decode() if index else "") == rule.admit(now, permit, 90.0)
            held += [given.decode()] if index else []
        elif operation == "released":
            rule.released(permit)
        else:
            (rule.succeeded if operation == "succeeded" else rule.failed)(now, permit)
        assert change.decode() == (rule.state if rule.state != former else "")
        ((state, failures, _, free),) = await redis().run(SCRIPT, (key,), "look", 60_000, "", 0, 0, 0, now * 1000)
        assert (state.decode(), failures, bool(free)) == (rule.state, rule.failures, rule.admits(now))


async def test_repeated_failures_take_a_provider_out_and_a_probe_brings_it_back(world: World):
    before = len(await events("platform", "platform_health_changed"))
    world.patch.setenv("XYNERGY_BREAKER_SECONDS", "0.2")
    world.abacus.otherwise = Behaviour(status=500)
    for _ in range(FAILURES):
        assert (await ask(world, HARD)).provider == "openai"
    world.abacus.otherwise = Behaviour()

    async def back() -> bool:
        return (await ask(world, HARD)).provider == "abacus"

    await eventually(back)
    assert [state.state for state in await breaker_states()] == ["closed"] * 3
    told = (await events("platform", "platform_health_changed"))[before:]
    assert [event["status"] for event in told] == ["open", "half_open", "closed"]
    assert {event["component"] for event in told} == {"ai-provider:abacus"}


async def test_while_a_breaker_is_open_its_provider_is_not_called(world: World):
    world.abacus.otherwise = Behaviour(status=500)
    for _ in range(FAILURES + 3):
        await ask(world, HARD)
    assert len(world.abacus.calls) == FAILURES
    (state, *_) = await breaker_states()
    assert (state.state, state.admits) == ("open", False)
    assert 50 < state.retry_in_seconds <= 60


async def test_a_pinned_provider_with_an_open_breaker_says_when_to_retry(world: World):
    world.openai.otherwise = Behaviour(status=500)
    for _ in range(FAILURES):
        with pytest.raises(ProviderFailed):
            await ask(world, model="openai")
    with pytest.raises(ProviderFailed) as raised:
        await ask(world, model="openai")
    assert len(world.openai.calls) == FAILURES
    assert 50 < int(raised.value.headers["Retry-After"]) <= 60


async def test_a_rejection_by_a_breaker_that_is_known_to_be_open_asks_nobody(world: World):
    for _ in range(FAILURES):
        admission = await admit(["abacus"])
        assert admission is not None
        await report(admission, "failed")
    asked: list[str] = []
    run = breaker._run

    async def counting(operation: str, *arguments: Any) -> Any:
        asked.append(operation)
        return await run(operation, *arguments)

    world.patch.setattr(breaker, "_run", counting)
    world.patch.setattr(breaker, "BELIEVED_SECONDS", 60.0)
    assert [await admit(["abacus"]) for _ in range(100)] == [None] * 100
    assert asked == ["admit"]
    assert (await admit(["abacus", "internal"])) == breaker.Admission("internal", "")


async def test_a_caller_that_gives_up_hands_the_permit_back(world: World):
    world.caller()
    for _ in range(FAILURES):
        admission = await admit(["abacus"])
        assert admission is not None
        await report(admission, "failed")
    world.patch.setenv("XYNERGY_BREAKER_SECONDS", "0")
    world.abacus.gate = asyncio.Event()
    asking = asyncio.create_task(ask(world, HARD, cache=False))
    await world.abacus.called.wait()
    assert not (await look(["abacus"]))[0].admits
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (await look(["abacus"]))[0].admits


async def test_four_processes_send_exactly_one_probe(world: World):
    world.caller()
    for _ in range(FAILURES):
        admission = await admit(["internal"])
        assert admission is not None
        await report(admission, "failed")
    world.patch.setenv("XYNERGY_BREAKER_SECONDS", "0")
    program = (
        "import asyncio\n"
        "from shared_layer.ai.health.breaker import admit\n"
        "async def main():\n"
        "    found = await asyncio.gather(*[admit(['internal']) for _ in range(50)])\n"
        "    print('admitted', sum(one is not None for one in found))\n"
        "asyncio.run(main())\n"
    )
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
        for _ in range(4)
    ]
    told = [(await process.communicate())[0].decode() for process in processes]
    lines = [line for output in told for line in output.splitlines() if line.startswith("admitted")]
    assert sorted(lines) == ["admitted 0"] * 3 + ["admitted 1"]


CALLER = """
import asyncio, os, signal, sys
from shared_layer.ai.health import breaker
from shared_layer.messaging.unit import Unit

PROVIDER, PORT, FATE = sys.argv[1], int(sys.argv[2]), sys.argv[3]
breaker.PERMIT_SECONDS = 1.0

async def nothing_told(*_): ...

breaker.tell_change = nothing_told

async def main():
    while True:
        admission = await breaker.admit([PROVIDER])
        if admission is None:
            await asyncio.sleep(0.01)
            continue
        if FATE == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
        answer = await reader.read()
        writer.close()
        await breaker.report(admission, "succeeded" if answer else "failed")

asyncio.run(main())
"""


class Dependency:
    """A server that hangs up on whoever calls, until it is well; `calls` are the moments at which it was called."""

    def __init__(self) -> None:
        self.calls: list[float] = []
        self.well = False

    async def serve(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls.append(asyncio.get_running_loop().time())
        writer.write(b"ok" if self.well else b"")
        writer.close()


async def callers(provider: str, port: int, *fates: str) -> list[asyncio.subprocess.Process]:
    return [
        await asyncio.create_subprocess_exec(sys.executable, "-c", CALLER, provider, str(port), fate) for fate in fates
    ]


async def opened_breaker(provider: str) -> None:
    for _ in range(FAILURES):
        admission = await admit([provider])
        assert admission is not None
        await report(admission, "failed")


async def test_four_processes_send_a_dead_dependency_one_probe_a_cycle_and_close_when_it_is_well(world: World):
    open_seconds, provider, dependency = 0.6, f"dead-{uuid.uuid4().hex[:8]}", Dependency()
    server = await asyncio.start_server(dependency.serve, "127.0.0.1", 0)
    world.patch.setenv("XYNERGY_BREAKER_SECONDS", str(open_seconds))
    await opened_breaker(provider)
    processes = await callers(provider, server.sockets[0].getsockname()[1], *["lives"] * 4)
    try:

        async def five_cycles() -> bool:
            return len(dependency.calls) >= 5

        await eventually(five_cycles, within=60)
        dependency.well = True
        gaps = [later - earlier for earlier, later in pairwise(dependency.calls[:5])]
        assert min(gaps) > open_seconds / 2, gaps  # two probes in one cycle would come at once

        async def closed() -> bool:
            return (await look([provider]))[0].state == "closed"

        await eventually(closed)
    finally:
        for process in processes:
            process.kill()
            await process.wait()
        server.close()


async def test_the_permit_of_a_killed_probe_expires_and_another_process_probes(world: World):
    provider, dependency = f"dead-{uuid.uuid4().hex[:8]}", Dependency()
    server = await asyncio.start_server(dependency.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    world.patch.setenv("XYNERGY_BREAKER_SECONDS", "0.1")
    await opened_breaker(provider)
    (killed,) = await callers(provider, port, "dies")
    await killed.wait()
    assert (await look([provider]))[0].state == "half_open"
    assert dependency.calls == []
    dependency.well = True
    (other,) = await callers(provider, port, "lives")
    try:

        async def closed() -> bool:
            return (await look([provider]))[0].state == "closed"

        await eventually(closed)
        assert len(dependency.calls) >= 1
    finally:
        other.kill()
        await other.wait()
        server.close()


async def test_a_probe_that_ends_while_redis_is_away_counts_once_redis_is_back(world: World):
    """Its permit would else stand for 90 s, and keep everybody from a provider that is well."""
    world.caller()
    world.patch.setenv("XYNERGY_BREAKER_SECONDS", "0")
    await opened_breaker("abacus")
    probe = await admit(["abacus"])
    assert probe is not None
    assert probe.permit
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redis_module, "_redis", Redis("redis://127.0.0.1:1/0"))
        await report(probe, "succeeded")
        assert await admit(["internal"]) is not None  # Redis is asked, and is not there
    assert not (await look(["abacus"]))[0].admits
    assert await admit(["abacus"]) == breaker.Admission("abacus", "")
    assert (await look(["abacus"]))[0].state == "closed"


async def test_without_redis_the_breakers_of_the_process_hold(world: World):
    moment = clock.now()
    former = clock.use(lambda: moment)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redis_module, "_redis", Redis("redis://127.0.0.1:1/0"))
        world.abacus.otherwise = Behaviour(status=500)
        for _ in range(FAILURES + 2):
            assert (await ask(world, HARD)).provider == "openai"
        assert len(world.abacus.calls) == FAILURES
        world.abacus.otherwise = Behaviour()
        moment += 61
        assert (await ask(world, HARD)).provider == "abacus"
    clock.use(former)
