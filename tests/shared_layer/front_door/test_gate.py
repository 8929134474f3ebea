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
from shared_layer.storage.redis import redis
from tests.support.platform import LocalPlatform

PROCESSES = 4
LIMIT = 6000
RATE = LIMIT / WINDOW_SECONDS


async def attempts_of_a_process(
    tenant_id: str, attempts: int, seconds: float, environment: dict[str, str]
) -> list[list[float]]:
    """`[moment, seconds]` of the first attempt of a process of its own that was refused, and of each admitted one."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.gate_attempts", tenant_id, str(LIMIT), str(attempts), str(seconds)),
        cwd=ROOT,
        env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    admitted: list[list[float]] = json.loads(output)
    return admitted


@pytest.mark.parametrize(("attempts", "seconds"), [(10_000, 4.0), pytest.param(50_000, 20.0, marks=pytest.mark.long)])
async def test_attempts_from_four_processes_pass_the_limit_in_no_window_and_are_admitted_at_its_rate(
    platform: LocalPlatform, attempts: int, seconds: float
) -> None:
    tenant_id, _ = await platform.tenant()
    asking = [
        attempts_of_a_process(tenant_id, attempts // PROCESSES, seconds, platform.environment) for _ in range(PROCESSES)
    ]
    found = await asyncio.gather(*asking)
    admitted = sorted(moment for each in found for moment, _ in each[1:])
    empty = max(each[0][0] for each in found)
    blurred = max(took for each in found for _, took in each)  # Redis decided this long before, at most
    assert violations(admitted, burst=LIMIT + RATE * blurred, rate=RATE) == 0
    steady = [moment for moment in admitted if moment > empty]
    span = steady[-1] - steady[0]
    print(f"gate: {len(admitted)} of {attempts}, in the end {(len(steady) - 1) / span:.2f} a second for {span:.1f} s")
    assert span > seconds / 2
    assert abs(len(steady) - 1 - RATE * span) <= 0.005 * RATE * span + RATE * blurred + 1


async def passed(credential: Credential, tenant_id: str) -> gate.Verdict:
    """A verdict of Redis; a machine that is busy may have it decided in the process, which is another bucket."""
    while (verdict := await gate.pass_gate(credential, tenant_id, "standard")).epoch is None:
        continue
    return verdict


async def test_what_the_headers_say_is_what_happens_next(platform: LocalPlatform) -> None:
    """`r` more are admitted and not one beyond; not before the wait is over, and then again; `t` later all are."""
    tenant_id, _ = await platform.tenant()
    credential = Credential("key", tenant_id, frozenset(), Plan("test", {"standard": 5}))
    first = await passed(credential, tenant_id)
    rate = first.rate
    assert rate is not None
    assert first.headers == [
        (b"ratelimit-policy", b'"standard";q=5;w=60'),
        (b"ratelimit", b'"standard";r=4;t=12'),
    ]
    more = [await passed(credential, tenant_id) for _ in range(first.remaining)]
    assert [verdict.remaining for verdict in more] == [3, 2, 1, 0]
    refused = await passed(credential, tenant_id)
    assert (refused.admitted, refused.remaining) == (False, 0)
    assert 0 < refused.wait <= 12
    [(bucket, interval, _)] = [one for one in rate.buckets if one[0].startswith(f"rate:{tenant_id}:key")]
    for early in (refused.wait - 0.5, refused.wait):  # time passes: the bucket is set back by as much
        tat = int(await redis().command("GET", bucket))
        await redis().command("SET", bucket, tat - int(early * gate.MICROSECONDS))
        again = await passed(credential, tenant_id)
        assert again.admitted is (early == refused.wait)
        await redis().command("SET", bucket, tat)
    assert interval == 12 * gate.MICROSECONDS
    tat = int(await redis().command("GET", bucket))
    await redis().command("SET", bucket, tat - refused.reset * gate.MICROSECONDS)
    assert (await passed(credential, tenant_id)).remaining == 4


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
