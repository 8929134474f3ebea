"""Both processes begun, waited for, and ended: the function's own side of the sandbox."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import orjson

from shared_layer.ai.sandbox import child

WALL_SECONDS: Final = 10.0
ANSWER_BYTES: Final = 4096
_ROOT: Final = Path(__file__).resolve().parents[3]
_PROGRAM: Final = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from {child.__name__} import main; main()"
_PYTHON: Final = ("-I", "-S", "-B", "-X", "utf8", "-c", _PROGRAM)

_one_at_a_time = asyncio.Semaphore(1)
"""An instance's memory has room for one sandbox beside the function."""


async def doubt_of_code(code: str, tests: str) -> str:
    """Why the code is not to be trusted by these tests; empty where it stands them."""
    try:
        async with asyncio.timeout(WALL_SECONDS):
            await _one_at_a_time.acquire()
    except TimeoutError:
        return "its code was not tested: other code is being tested"
    try:
        verdict = await asyncio.to_thread(run_tests, code, tests)
    finally:
        _one_at_a_time.release()
    if "passed" in verdict:
        return ""
    if "failed" in verdict:
        return f"its code fails the tests: {verdict['failed']}"[:400]
    return f"its code was not tested: {verdict.get('not_run', 'the sandbox said nothing')}"[:400]


def run_tests(code: str, tests: str) -> dict[str, str]:
    """The verdict of both processes: `passed`, `failed` or `not_run`, with why. Blocks, for `WALL_SECONDS` at most."""
    calls, answers = os.pipe(), os.pipe()
    processes: list[subprocess.Popen[bytes]] = []
    with tempfile.TemporaryDirectory(prefix="xynergy-sandbox-") as folder:
        try:
            with contextlib.ExitStack() as ours:
                for end in (*calls, *answers):
                    ours.callback(os.close, end)  # theirs alone then: when one ends, the other reads that
                processes.append(_begin("solution", folder, calls[0], answers[1], subprocess.DEVNULL))
                processes.append(_begin("tester", folder, answers[0], calls[1], subprocess.PIPE))
            solution, tester = processes
            _hand_over(solution, {"code": code})
            return _verdict(tester, {"tests": tests})
        finally:
            for process in processes:
                _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(BrokenPipeError):
                stream.close()


def _begin(role: str, folder: str, reads: int, writes: int, output: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 (our own program, no shell)
        [sys.executable, *_PYTHON, role, str(reads), str(writes)],
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.DEVNULL,
        env={},
        cwd=folder,
        pass_fds=(reads, writes),
        start_new_session=True,
    )


def _hand_over(process: subprocess.Popen[bytes], job: dict[str, str]) -> None:
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # it is dead already: the tests find that out
        process.stdin.write(orjson.dumps(job))
        process.stdin.close()


def _verdict(tester: subprocess.Popen[bytes], job: dict[str, str]) -> dict[str, str]:
    try:
        told, _ = tester.communicate(orjson.dumps(job), timeout=WALL_SECONDS)
    except subprocess.TimeoutExpired:
        return {"failed": f"it did not come to an end within {WALL_SECONDS:g} s"}
    try:
        verdict = orjson.loads(told[:ANSWER_BYTES])
    except orjson.JSONDecodeError:
        return {"failed": f"the tests ended by themselves (exit code {tester.returncode})"}
    return {str(name): str(text) for name, text in verdict.items()} if isinstance(verdict, dict) else {}
