"""GCRA over several processes: in any window W, at most burst + rate · W + 1 requests are admitted."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from itertools import pairwise

import pytest

from infra.local.options import ROOT
from shared_layer.access.credentials import Credential
from shared_layer.access.plans import WINDOW_SECONDS, Plan
from shared_layer.front_door import gate
from tests.support.platform import LocalPlatform

PROCESSES = 4
LIMIT = 6000
RATE = LIMIT / WINDOW_SECONDS


async def attempts_of_a_process(tenant_id: str, attempts: int, environment: dict[str, str]) -> list[list[float]]:
    """`[moment, seconds]` of each attempt of a process of its own that was admitted."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.gate_attempts", tenant_id, str(LIMIT), str(attempts)),
        cwd=ROOT,
        env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    admitted: list[list[float]] = json.loads(output)
    return admitted


@pytest.mark.parametrize("attempts", [10_000, pytest.param(50_000, marks=pytest.mark.long)])
async def test_attempts_from_four_processes_never_pass_the_limit_in_any_window(
    platform: LocalPlatform, attempts: int
) -> None:
    tenant_id, _ = await platform.tenant()
    found = await asyncio.gather(
        *[attempts_of_a_process(tenant_id, attempts // PROCESSES, platform.environment) for _ in range(PROCESSES)]
    )
    admitted = sorted(moment for each in found for moment, _ in each)
    blurred = max(seconds for each in found for _, seconds in each)  # Redis decided this long before, at most
    assert len(admitted) >= LIMIT
    assert violations(admitted, burst=LIMIT + RATE * blurred, rate=RATE) == 0


def violations(admitted: list[float], burst: float, rate: float) -> int:
    """How many windows hold more than burst + rate · W + 1. Every window that begins and ends with an admitted one.

    A window from the i-th to the j-th holds j − i + 1: the bound fails where (j − rate · t_j) exceeds the smallest
    (i − rate · t_i) so far by more than the burst.
    """
    least, found = float("inf"), 0
    for index, moment in enumerate(admitted):
        level = index - rate * moment
        least = min(least, level)
        found += level - least + 1 > burst + 1
    return found


def test_the_check_itself_finds_one_too_many() -> None:
    spaced = [number / 100.0 for number in range(1000)]
    assert violations(spaced, burst=1, rate=100.0) == 0
    assert violations(sorted([*spaced, 5.001, 5.002]), burst=1, rate=100.0) > 0


async def test_the_steady_rate_is_the_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = 1_000_000.0
    monkeypatch.setattr(gate.clock, "now", lambda: moment)
    credential = Credential("key", "tenant", frozenset(), Plan("test", {"standard": 60}))
    rate = gate.rate_of(credential, f"steady-{id(credential)}", "standard", 60)
    admitted: list[float] = []
    for tick in range(60_000):  # ten minutes, a hundred attempts a second
        moment = 1_000_000.0 + tick / 100
        if gate._local_verdict(rate).admitted:
            admitted.append(moment)
    steady = [later - earlier for earlier, later in pairwise(admitted[60:])]
    assert abs(len(steady) / sum(steady) - 1.0) <= 0.005
    assert violations(admitted, burst=60, rate=1.0) == 0
