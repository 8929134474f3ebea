"""`kill -9` at any moment loses no acknowledged write and doubles no effect.

The seed decides when and what is killed: XYNERGY_KILL_SEED=N plays a printed one again (the machine's own timing stays
what it is). Each life of the platform ends by a kill of everything, most after a kill of one process.
"""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import time
from pathlib import Path

import pytest

from infra.demo.platform_process import PlatformProcess
from tests.end_to_end.audit import audit
from tests.end_to_end.scenario import Traffic
from tests.support.kill import kill_everything, kill_one

SEED = int(os.environ.get("XYNERGY_KILL_SEED") or secrets.randbelow(1_000_000))
PROCESSES = ("infra.local.cloud", "infra.local.runner")
LONGEST_WAIT = 2.0
"""Seconds of work before a kill."""
STARTING = 4.0
"""Seconds in which a platform that is killed while it starts may get."""


@pytest.mark.parametrize("lives", [12, pytest.param(58, marks=pytest.mark.long)])
async def test_kill_9_at_any_moment_loses_no_acknowledged_write_and_doubles_no_effect(
    tmp_path: Path, lives: int
) -> None:
    print(f"\nXYNERGY_KILL_SEED={SEED}")
    chance, began = random.Random(SEED), time.monotonic()
    platform = PlatformProcess(tmp_path / "data", "--no-demo")
    platform.start()
    local = await _ready(platform)
    traffic = Traffic(SEED, local["operator_key"])
    working = asyncio.create_task(traffic.run())
    try:
        kills = 0
        for life in range(lives):
            kills += await _one_life(platform, traffic, chance, dies_early=life % 4 == 3)
            assert not working.done(), working.result()
            platform.start()
        traffic.gateway = (await _ready(platform))["gateway"]
        traffic.close()
        await working
        print(
            f"{kills} kills and {len(traffic.acknowledged)} acknowledged commands in {time.monotonic() - began:.0f} s"
        )
        print(f"retries: {dict(traffic.retries)}")
        await audit(platform.local, traffic)
        print(f"audited after {time.monotonic() - began:.0f} s")
    finally:
        working.cancel()
        platform.stop()
    assert kills >= (100 if lives > 12 else 20)


async def _one_life(platform: PlatformProcess, traffic: Traffic, chance: random.Random, dies_early: bool) -> int:
    """Work on the platform that was just started until it is killed; answers how many kills there were."""
    if dies_early:
        await asyncio.sleep(chance.uniform(0.0, STARTING))
        kill_everything(platform)
        return 1
    traffic.gateway = (await _ready(platform))["gateway"]
    await asyncio.sleep(chance.uniform(0.0, LONGEST_WAIT))
    one = kill_one(platform, chance.choice(PROCESSES))
    await asyncio.sleep(chance.uniform(0.0, 1.5 * LONGEST_WAIT))
    kill_everything(platform)
    return 1 + one


async def _ready(platform: PlatformProcess) -> dict[str, str]:
    return await asyncio.to_thread(platform.wait_ready)
