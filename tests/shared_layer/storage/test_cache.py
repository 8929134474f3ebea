"""The cache: one load for many callers, in one process and over several; stale while it is renewed."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any
from uuid import uuid4

import pytest

from infra.local.options import ROOT
from shared_layer.storage import cache
from shared_layer.storage.cache import cached
from shared_layer.storage.redis import redis
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform

PROCESSES = 2


async def loads_of_a_process(name: str, clients: int, seconds: float, environment: dict[str, str]) -> int:
    """How often the clients of a process of its own had to load."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.cache_readers", name, str(clients), str(seconds)),
        cwd=ROOT,
        env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    found: dict[str, Any] = json.loads(output.splitlines()[-1])
    assert found["answers"] >= clients
    loads: int = found["loads"]
    return loads


@pytest.mark.parametrize("seconds", [6.0])
async def test_two_hundred_clients_load_once_a_ttl_over_all_processes(platform: LocalPlatform, seconds: float) -> None:
    """TTL 1 s, a loader of 0.2 s, 6 s: at most duration / TTL + 1 loads, in all processes together."""
    name = uuid4().hex
    loads = await asyncio.gather(
        *[loads_of_a_process(name, 200 // PROCESSES, seconds, platform.environment) for _ in range(PROCESSES)]
    )
    assert 1 <= sum(loads) <= seconds / 1.0 + 1


async def test_callers_of_one_moment_share_one_load(platform: LocalPlatform) -> None:
    name, loads = uuid4().hex, 0

    async def load() -> str:
        nonlocal loads
        loads += 1
        await asyncio.sleep(0.05)
        return "value"

    found = await asyncio.gather(*[cached("t", "api_responses", (name,), load) for _ in range(200)])
    assert loads == 1
    assert {each.value for each in found} == {"value"}


async def test_a_value_past_its_soft_ttl_is_answered_while_one_caller_renews_it(platform: LocalPlatform) -> None:
    name, loads = uuid4().hex, 0
    renewing = asyncio.Event()

    async def load() -> int:
        nonlocal loads
        loads += 1
        if loads > 1:
            await renewing.wait()
        return loads

    async def read() -> int:
        value: int = (await cached("t", "api_responses", (name,), load, ttl=0.3)).value
        return value

    assert await read() == 1
    while loads == 1:
        assert await read() == 1
    assert [await read() for _ in range(20)] == [1] * 20
    assert loads == 2
    renewing.set()

    async def renewed() -> bool:
        return await read() == 2

    await eventually(renewed)


async def test_whoever_stood_still_for_longer_than_its_lease_ends_no_other_ones(platform: LocalPlatform) -> None:
    name, lease = uuid4().hex, cache.cache_key("t", "api_responses", "still") + ":lease"
    async with cache.leased("t", "api_responses", ("still",), 0.0) as found:
        assert found is None
        await redis().command("SET", lease, name)  # it ran out meanwhile, and another process took it
    assert await redis().command("GET", lease) == name.encode()
    await redis().command("DEL", lease)
    async with cache.leased("t", "api_responses", ("still",), 0.0):
        assert await redis().command("EXISTS", lease) == 1
    assert await redis().command("EXISTS", lease) == 0


async def test_what_a_loader_raises_reaches_all_who_wait_and_is_not_kept(platform: LocalPlatform) -> None:
    name, loads = uuid4().hex, 0

    async def load() -> str:
        nonlocal loads
        loads += 1
        await asyncio.sleep(0.01)
        if loads == 1:
            raise ArithmeticError("the loader's own")
        return "well"

    calls = [cached("t", "api_responses", (name,), load) for _ in range(20)]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(outcome, ArithmeticError) for outcome in outcomes)
    assert (await cached("t", "api_responses", (name,), load)).value == "well"


async def test_the_same_parts_of_another_tenant_are_another_value(platform: LocalPlatform) -> None:
    name = uuid4().hex

    async def of(tenant_id: str) -> str:
        async def load() -> str:
            return tenant_id

        value: str = (await cached(tenant_id, "api_responses", (name,), load)).value
        return value

    assert (await of("tenant-a"), await of("tenant-b")) == ("tenant-a", "tenant-b")
    assert cache.cache_key("tenant-a", "x", "y") != cache.cache_key("tenant-b", "x", "y")
