"""Children are real processes: small modules written for the test."""

from __future__ import annotations

import asyncio
import os
import signal
import textwrap
from pathlib import Path

import pytest

from infra.local.child import Child, Program
from infra.local.keeper import Keeper
from infra.local.refusal import Refusal

SERVES = """
    import json, os, signal, time
    print(json.dumps({"ready": True, "process": os.getpid()}), flush=True)
    print("serving", flush=True)
    signal.pause()
"""


async def test_a_child_is_ready_when_it_says_so_and_its_other_words_are_notices(tmp_path: Path) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    child = Child(_program(tmp_path, "print('warming up', flush=True)" + textwrap.dedent(SERVES)), heard.put_nowait)
    await child.start()
    assert (await child.ready(within=10))["ready"] is True
    assert [await heard.get(), await heard.get()] == ["warming up", "serving"]
    await child.stop(patience=5)


async def test_a_child_that_ends_before_it_is_ready_is_refused_with_its_last_words(tmp_path: Path) -> None:
    child = Child(_program(tmp_path, "raise SystemExit('the disk is full')"), print)
    await child.start()
    with pytest.raises(Refusal, match="ended at once with code 1") as refused:
        await child.ready(within=10)
    assert refused.value.evidence == ["the disk is full"]


async def test_a_child_that_refuses_to_start_is_quoted(tmp_path: Path) -> None:
    refuses = "import sys\nprint('Port 1 is in use; choose another.', file=sys.stderr)\nsys.exit(2)"
    child = Child(_program(tmp_path, refuses), print)
    await child.start()
    with pytest.raises(Refusal, match=r"^Port 1 is in use; choose another\.$"):
        await child.ready(within=10)


async def test_a_child_that_ignores_the_request_to_end_is_killed(tmp_path: Path) -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + textwrap.dedent(SERVES)
    child = Child(_program(tmp_path, deaf), print)
    await child.start()
    await child.ready(within=10)
    await child.stop(patience=0.1)
    assert await child.ended() == -signal.SIGKILL


async def test_a_child_that_dies_is_started_again_with_a_line_that_says_so(tmp_path: Path) -> None:
    said: asyncio.Queue[str] = asyncio.Queue()
    keeper = Keeper(_program(tmp_path, textwrap.dedent(SERVES)), said.put_nowait)
    first = await keeper.start()
    keeping = asyncio.create_task(keeper.keep())
    async with asyncio.timeout(10):
        assert await said.get() == "serving"
        os.kill(first["process"], signal.SIGKILL)
        assert "ended (signal 9); starting it again" in await said.get()
        assert await said.get() == "serving"
    await keeper.stop(patience=5)
    await keeping


async def test_a_child_that_asks_for_it_is_started_anew_without_a_word(tmp_path: Path) -> None:
    once = tmp_path / "once"
    code = f"""
        import os, sys
        if not os.path.exists({str(once)!r}):
            open({str(once)!r}, "w").close()
            print('{{"ready": true}}', flush=True)
            sys.exit(75)
    """
    said: asyncio.Queue[str] = asyncio.Queue()
    keeper = Keeper(_program(tmp_path, textwrap.dedent(code) + textwrap.dedent(SERVES)), said.put_nowait)
    await keeper.start()
    keeping = asyncio.create_task(keeper.keep())
    async with asyncio.timeout(10):
        assert await said.get() == "serving"
    await keeper.stop(patience=5)
    await keeping


async def test_after_three_quick_deaths_the_keeper_gives_up_with_the_last_words(tmp_path: Path) -> None:
    dies = "import sys\nprint('{\"ready\": true}', flush=True)\nsys.exit('no room left')"
    keeper = Keeper(_program(tmp_path, dies), lambda _: None)
    await keeper.start()
    with pytest.raises(Refusal, match="3 times at once") as refused:
        await keeper.keep()
    assert refused.value.evidence[-1] == "no room left"


def _program(folder: Path, code: str) -> Program:
    (folder / "child_of_test.py").write_text(code)
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return Program("the child", "child_of_test", (), environment, folder / "child.log")
