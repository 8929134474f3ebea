"""SIGTERM: calls under way are answered, new ones are not taken, and what was counted is written."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

import httpx
import pytest

from infra.local.options import ROOT
from shared_layer.storage.redis import redis
from tests.support.eventually import eventually
from tests.support.function_process import FunctionProcess, free_port, function_process
from tests.support.platform import LocalPlatform
from tests.support.serving import FUNCTIONS

KILLED_AFTER = 10.0
"""Seconds after SIGTERM at which Cloud Run kills: all is answered, written and gone before."""


async def _begun(function: FunctionProcess, count: int) -> bool:
    return function.log.read_text().count("begun") >= count


@pytest.mark.parametrize("seconds", [2.0, pytest.param(8.0, marks=pytest.mark.long)])
async def test_calls_under_way_at_sigterm_are_answered_counted_and_logged(
    platform: LocalPlatform, tmp_path: Path, seconds: float
) -> None:
    before = await _counted("system-runtime")
    async with function_process(FUNCTIONS / "take_long.py", platform.environment, tmp_path / "log") as function:
        async with httpx.AsyncClient(base_url=function.url, timeout=30) as client:
            query = {"seconds": str(seconds)}
            calls = [asyncio.create_task(client.get("/api/v1/long", params=query)) for _ in range(10)]
            await eventually(lambda: _begun(function, 10))
            assert function.process is not None
            function.process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(KILLED_AFTER):
                answers = await asyncio.gather(*calls)
                await function.process.wait()
        assert {answer.status_code for answer in answers} == {200}
        lines = [json.loads(line) for line in function.log.read_text().splitlines() if line.startswith("{")]
        assert sum(line["event"] == "request" for line in lines) == 10
        assert await _counted("system-runtime") >= before + 10


async def test_run_function_runs_one_function_alone_and_ends_in_order(platform: LocalPlatform, tmp_path: Path) -> None:
    (tmp_path / "local.json").write_text(json.dumps({"environment": platform.environment}))
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "infra.local.run_function", "get_openapi", "--port", str(port)),
        *("--data", str(tmp_path)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )

    async def answers() -> bool:
        async with httpx.AsyncClient() as client:
            try:
                answer = await client.get(f"http://127.0.0.1:{port}/openapi.json")
            except httpx.TransportError:
                assert process.returncode is None
                return False
        return answer.status_code == 200

    await eventually(answers)
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(9.0):
        output, _ = await process.communicate()
    assert '"event":"request"' in output.decode()


async def _counted(service: str) -> int:
    """The requests of a service that are in Redis."""
    total = 0
    for key in await redis().command("KEYS", f"metrics:*:{service}"):
        total += int(await redis().command("HGET", key, "n") or 0)
    return total
