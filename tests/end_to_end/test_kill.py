"""`kill -9` at any moment loses no acknowledged write, doubles no effect and holds no event back, though every delivery
of Pub/Sub and Eventarc comes three times and shuffled.

The seed decides when and what is killed: XYNERGY_KILL_SEED=N plays a printed one again (the machine's own timing stays
what it is). Each life of the platform has four of its processes killed, the cloud and the functions up to twice, Redis
up to once, and ends by a kill of everything, or of the supervisor alone; some platforms are killed while they start.
"""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.demo.platform_process import PlatformProcess
from infra.local.refusal import Refusal
from tests.end_to_end.audit import audit, firestore_of
from tests.end_to_end.publications import Publications, Uptime, at, commits
from tests.end_to_end.scenario import Traffic
from tests.support.eventually import eventually
from tests.support.kill import kill_everything, kill_one, kill_supervisor

SEED = int(os.environ.get("XYNERGY_KILL_SEED") or secrets.randbelow(1_000_000))
PROCESSES = ("infra.local.cloud", "infra.local.cloud", "infra.local.runner", "infra.local.runner")
REDIS = ("redis-server",) if shutil.which("redis-server") else ()
"""fakeredis has no process of its own."""
STARTING = 4.0
"""Seconds in which a platform that is killed while it starts may get."""
WITHIN = 120.0
"""Seconds in which a platform must be back and work: a limit, not a measurement."""
REFUSALS = 3
"""How many starts may be refused in all, each with its reason: a port that another program takes meanwhile."""
PAUSE = 0.1
"""Seconds between two looks whether the platform is back: it has better things to do than to refuse."""
PUBLISHED_WITHIN = 10.0
"""Seconds. The sweeper takes what is 4 s old, every 4 s; the rest is for a busy machine."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many lives; how many commands there may be between two kills; how many kills and commands at least."""

    lives: int
    between: int
    kills: int
    writes: int


QUICK = Size(lives=4, between=8, kills=20, writes=60)
WHOLE = Size(lives=20, between=24, kills=100, writes=1000)


@pytest.mark.parametrize(
    "size", [pytest.param(QUICK, id="quick"), pytest.param(WHOLE, id="whole", marks=pytest.mark.long)]
)
async def test_kill_9_at_any_moment_loses_no_acknowledged_write_doubles_no_effect_and_holds_no_event_back(
    tmp_path: Path, size: Size
) -> None:
    print(f"\nXYNERGY_KILL_SEED={SEED}")
    began = time.monotonic()
    platform = PlatformProcess(tmp_path / "data", "--no-demo", "--deliveries", "3")
    platform.start()
    try:
        local = await asyncio.to_thread(platform.wait_ready)
        publications = Publications()
        await publications.subscribe(local["environment"])
        killing = Killing(platform, Traffic(SEED, local["operator_key"]), random.Random(SEED))
        await killing.run(size)
        print(f"{killing.kills} kills, {len(killing.traffic.acknowledged)} writes in {time.monotonic() - began:.0f} s")
        print(f"sent again: {dict(killing.traffic.retries)}")
        await audit(platform.local, killing.traffic)
        waited = await _waits(platform.local, publications, killing.uptime)
        figures = f"p50 {at(0.5, waited):.3f} s, p99 {at(0.99, waited):.3f} s, max {waited[-1]:.3f} s"
        print(f"{len(waited)} events published after recovery: {figures}; {time.monotonic() - began:.0f} s in all")
        assert waited[-1] <= PUBLISHED_WITHIN
    finally:
        platform.stop()
    assert killing.kills >= size.kills
    assert len(killing.traffic.acknowledged) >= size.writes


async def _waits(local: dict[str, Any], publications: Publications, uptime: Uptime) -> list[float]:
    """For every event the seconds that it waited for its publication while the platform was up, shortest first."""
    async with firestore_of(local) as database:
        committed = await commits(database)

    async def all_heard() -> bool:
        await publications.hear(local["environment"])
        return committed.keys() <= publications.first.keys()

    await eventually(all_heard, WITHIN)
    return sorted(uptime.longest_within(moment, publications.first[one]) for one, moment in committed.items())


class Killing:
    """Companies at work on a platform that is killed again and again."""

    def __init__(self, platform: PlatformProcess, traffic: Traffic, chance: random.Random) -> None:
        self.traffic = traffic
        self.uptime = Uptime()
        self.kills = self.refused = 0
        self._platform, self._chance = platform, chance
        self._working: asyncio.Task[None] | None = None
        self._http = httpx.AsyncClient(timeout=10)

    async def run(self, size: Size) -> None:
        """All lives of that size; the platform is up at the end, and all begun work is done."""
        await self._up()
        self._working = asyncio.create_task(self.traffic.run())
        try:
            for life in range(size.lives):
                await self._one_life(size.between, dies_early=life % 4 == 3)
            await self._work(size.writes - len(self.traffic.acknowledged))
            self.traffic.close()
            await self._working
        finally:
            self._working.cancel()
            await self._http.aclose()

    async def _one_life(self, between: int, *, dies_early: bool) -> None:
        """Work on a platform that is up until it is killed as a whole; it is up again afterwards."""
        for module in self._chance.sample(PROCESSES + REDIS, len(PROCESSES)):
            await self._work(self._chance.randint(0, between))
            self._went_down()
            await eventually(lambda module=module: self._killed(module), WITHIN)  # type: ignore[misc]
            if self._chance.random() < 0.75:  # else the next kill comes while it gets up
                await self._up()
        await self._work(self._chance.randint(0, between))
        self._went_down()
        self._chance.choice((kill_everything, kill_everything, kill_supervisor))(self._platform)
        self._platform.start()
        if dies_early:
            await asyncio.sleep(self._chance.uniform(0.0, STARTING))
            kill_everything(self._platform)
            self.kills += 1
            self._platform.start()
        await self._started()
        await self._up()

    async def _started(self) -> None:
        """Wait for a platform that was started. One that refused, since somebody took its port, is started again."""
        while True:
            try:
                await asyncio.to_thread(self._platform.wait_ready)
                return
            except Refusal as refusal:
                print(f"refused to start: {refusal.sentence} {refusal.evidence}")
                self.refused += 1
                assert self.refused <= REFUSALS
                self._platform.start()

    async def _killed(self, module: str) -> bool:
        return kill_one(self._platform, module)

    def _went_down(self) -> None:
        self.uptime.went_down(time.time())
        self.kills += 1

    async def _up(self) -> None:
        """Return as soon as a command is possible: the gateway answers, out of Firestore."""
        local = self._platform.local
        self.traffic.gateway = local["gateway"]
        headers = {"X-API-Key": local["operator_key"]}

        async def answers() -> bool:
            try:
                answer = await self._http.get(f"{local['gateway']}/api/v1/tenants/none", headers=headers)
            except httpx.TransportError:
                answer = httpx.Response(503)
            if answer.status_code != 404:
                await asyncio.sleep(PAUSE)
            return answer.status_code == 404

        await eventually(answers, WITHIN)
        self.uptime.went_up(time.time())

    async def _work(self, commands: int) -> None:
        """Return once that many more commands are acknowledged."""
        wanted = len(self.traffic.acknowledged) + commands

        async def done() -> bool:
            assert self._working is not None
            assert not self._working.done(), self._working.result()
            return len(self.traffic.acknowledged) >= wanted

        await eventually(done, WITHIN)
