"""A process of the platform: started on a leash, heard on its standard output, its other words kept in a log."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infra.local.options import ROOT
from infra.local.refusal import Refusal

_SHOWN_LINES: Final = 8
_TAIL_BYTES: Final = 8192


@dataclass(frozen=True, slots=True)
class Program:
    """What a child runs: `module` with `arguments`; its standard error goes to `log`, `sockets` are handed to it."""

    name: str
    module: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    sockets: tuple[socket.socket, ...] = ()


class Child:
    """One run of a program. A line of JSON with `ready` on its output says that it serves; other lines are notices."""

    def __init__(self, program: Program, notice: Callable[[str], None]) -> None:
        self.program = program
        self._notice = notice
        self._process: asyncio.subprocess.Process | None = None
        self._ready: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._hearing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the process. It leads a session of its own: a Ctrl-C reaches the supervisor alone."""
        program = self.program
        with program.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "infra.local.leash", str(os.getpid()), program.module, *program.arguments),
                cwd=ROOT,
                env=dict(program.environment),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                pass_fds=[sock.fileno() for sock in program.sockets],
                start_new_session=True,
            )
        self._hearing = asyncio.create_task(self._hear(self._process))

    async def ready(self, within: float) -> dict[str, Any]:
        """What it said when it was ready.

        Raises Refusal where it says nothing in time or ends: with its own sentence where it refused to start itself,
        with its last words otherwise.
        """
        try:
            async with asyncio.timeout(within):
                return await asyncio.shield(self._ready)
        except TimeoutError:
            reason = f"did not answer within {within:.0f} s"
        except EOFError:
            code = await self.ended()
            if code == Refusal.exit_code and (words := self.last_words()):
                raise Refusal(words[-1]) from None
            reason = f"ended at once with code {code}"
        raise Refusal(f"{self.program.name} {reason}; its log is {self.program.log}", self.last_words())

    async def ended(self) -> int:
        """Wait for the end; answers the exit code (negative: the signal that ended it)."""
        assert self._process is not None
        code = await self._process.wait()
        if self._hearing is not None:
            await self._hearing
        return code

    async def stop(self, patience: float) -> None:
        """Ask it to end; kill it after `patience` seconds."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(patience):
                await self._process.wait()
        except TimeoutError:
            self.kill()
            await self._process.wait()

    def kill(self) -> None:
        """End it now."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    def last_words(self) -> list[str]:
        """The end of its log."""
        with self.program.log.open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - _TAIL_BYTES))
            return log.read().decode(errors="replace").splitlines()[-_SHOWN_LINES:]

    async def _hear(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            text = line.decode(errors="replace").rstrip()
            if not self._ready.done() and (message := _ready_message(text)):
                self._ready.set_result(message)
            elif text:
                self._notice(text)
        if not self._ready.done():
            self._ready.set_exception(EOFError())
            self._ready.exception()


def _ready_message(line: str) -> dict[str, Any] | None:
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) and message.get("ready") else None
