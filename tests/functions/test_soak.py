"""Soak: minutes of calls at 70 % of what the function can do, while its dependencies fail now and then, leave no
memory, descriptor or task behind, and exactly what was answered for as made.
"""

from __future__ import annotations

import asyncio
import math
import random
import signal
from collections import Counter
from itertools import cycle, product
from pathlib import Path

import httpx
import psutil
import pytest

from infra.local.options import ROOT
from shared_layer.marketing.campaign import COLLECTION as CAMPAIGNS
from tests.functions.test_dependency_cuts import BRIEF, Cuttable, cuttable
from tests.support import staging
from tests.support.eventually import eventually
from tests.support.function_process import FunctionProcess
from tests.support.platform import LocalPlatform

CREATE = ROOT / "tests" / "support" / "functions" / "marketing" / "create_campaign.py"
ASKED, TOLD = signal.SIGRTMIN, "tasks of the loop: "
CLIENTS = 4
SHARE = 0.7
EXPLAINED = {201, 409, 503, 504}


def worker_of(function: FunctionProcess) -> psutil.Process:
    """The process that serves: gunicorn's worker."""
    assert function.process is not None
    server = psutil.Process(function.process.pid)
    return (server.children() or [server])[0]


async def tasks_of(function: FunctionProcess, worker: psutil.Process) -> int:
    """How many tasks the worker's loop has, as it writes into its log when it is asked."""
    told: list[str] = []
    before = function.log.read_text().count(TOLD)
    worker.send_signal(ASKED)

    async def written() -> bool:
        told[:] = [line for line in function.log.read_text().splitlines() if line.startswith(TOLD)]
        return len(told) > before

    await eventually(written)
    return int(told[-1].removeprefix(TOLD))


class Load:
    """Clients that create campaigns under keys of their own, and try again under the same key until they are made.

    `rate` new ones a second are begun, by all clients together; infinitely many where each begins as soon as it can.
    """

    def __init__(self, function: Cuttable, key: str, prefix: str, rate: float = math.inf) -> None:
        self._function, self._key, self._prefix = function, key, prefix
        self._apart, self._next = 1.0 / rate, 0.0
        self._dice = random.Random(11)
        self.statuses: Counter[int] = Counter()
        self.made: set[str] = set()
        self.going = True

    async def client(self, number: int) -> None:
        """One client, until the load ends; what it began it finishes."""
        made = 0
        while True:
            name = f"{self._prefix}-{number}-{made}"
            if await self._create(name) == 201:
                self.made.add(name)
                made += 1
                if not self.going:
                    return
                await self._turn()
            else:
                await asyncio.sleep(self._dice.uniform(0.05, 0.3))

    async def _turn(self) -> None:
        """Wait until the next new one may begin; turns that a fault made everybody miss are not made up for."""
        now = asyncio.get_running_loop().time()
        self._next = max(self._next + self._apart, now)
        await asyncio.sleep(self._next - now)

    async def _create(self, name: str) -> int:
        headers = {"X-API-Key": self._key, "Idempotency-Key": name}
        try:
            answer = await self._function.client.post("/api/v1/campaigns", json=BRIEF | {"name": name}, headers=headers)
        except httpx.TransportError:
            return 0
        self.statuses[answer.status_code] += 1
        return answer.status_code

    async def faults(self, seconds: float, each: float) -> None:
        """Cut, silence, half-open or slow Firestore and Redis in turn, each for as long as it is left alone before."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        for name, fault in cycle(product(("firestore", "redis"), ("cut", "blackhole", "half_open", "slow"))):
            await asyncio.sleep(min(each, seconds))
            if loop.time() >= end:
                return
            proxy = self._function.proxies[name]
            if fault == "slow":
                proxy.delay(0.05)
            else:
                getattr(proxy, fault)()
            await asyncio.sleep(each)
            proxy.heal()


@pytest.mark.parametrize(("seconds", "each"), [(18.0, 1.5), pytest.param(240.0, 5.0, marks=pytest.mark.long)])
async def test_calls_under_passing_faults_leave_nothing_behind_and_lose_nothing(
    platform: LocalPlatform, tmp_path: Path, seconds: float, each: float
) -> None:
    tenant_id, key = await platform.tenant()
    async with cuttable(platform, CREATE, tmp_path / "log") as function:
        peak = Load(function, key, "peak")
        await _run(peak, seconds / 12, seconds)
        rate = len(peak.made) / (seconds / 12)
        warm = Load(function, key, "warm", SHARE * rate)
        warm.made |= peak.made
        await _run(warm, seconds / 3, each)
        worker = worker_of(function.process)
        memory, descriptors, threads = worker.memory_info().rss, worker.num_fds(), worker.num_threads()
        tasks = await tasks_of(function.process, worker)
        load = Load(function, key, "soak", SHARE * rate)
        load.made |= warm.made
        await _run(load, seconds, each)
        grown = worker.memory_info().rss / memory - 1.0
        print(
            f"soak: {SHARE:.0%} of {rate:.0f} a second, {len(load.made)} made, {dict(load.statuses)}, grown {grown:.2%}"
        )
        assert grown < (0.02 if seconds > 200 else 0.10), f"grown by {grown:.1%}"
        assert worker.num_fds() <= descriptors + CLIENTS
        assert worker.num_threads() <= threads + 2
        assert await tasks_of(function.process, worker) <= tasks + CLIENTS
        assert set(load.statuses) <= EXPLAINED, load.statuses
        assert load.statuses[503] + load.statuses[504] > 0, "no fault was felt"
    made = Counter(document["name"] for document in await staging.documents(tenant_id, CAMPAIGNS))
    assert made == dict.fromkeys(load.made, 1)


async def _run(load: Load, seconds: float, each: float) -> None:
    clients = [asyncio.create_task(load.client(number)) for number in range(CLIENTS)]
    await load.faults(seconds, each)
    load.going = False
    await asyncio.gather(*clients)
