"""Keeps a program running: starts it again when it dies, and gives up when it dies at once again and again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

from infra.local.child import Child, Program
from infra.local.refusal import Refusal

RESTART_CODE: Final = 75
"""A program that ends with this code asks to be started anew (EX_TEMPFAIL: try again)."""

_QUICK: Final = 10.0
_QUICK_DEATHS: Final = 3
_FIRST_PAUSE: Final = 0.2
_START_WITHIN: Final = 60.0


class Keeper:
    """Runs `program`. `say` takes the lines for the terminal: the program's notices and what happens to it."""

    def __init__(self, program: Program, say: Callable[[str], None]) -> None:
        self.program = program
        self._say = say
        self._child: Child | None = None
        self._stopping = False

    async def start(self) -> dict[str, Any]:
        """Start it and wait until it is ready; answers what it said then."""
        return await (await self._begin()).ready(_START_WITHIN)

    async def keep(self) -> None:
        """Return once it was stopped. Raises Refusal after three deaths, each within ten seconds of the start."""
        quick_deaths = 0
        while not self._stopping:
            began = time.monotonic()
            code = await self._running().ended()
            if self._stopping:
                return
            if code == RESTART_CODE:
                await self._begin()
                continue
            quick_deaths = quick_deaths + 1 if time.monotonic() - began < _QUICK else 1
            if quick_deaths >= _QUICK_DEATHS:
                raise Refusal(
                    f"{self.program.name} ended {quick_deaths} times at once; its log is {self.program.log}",
                    self._running().last_words(),
                )
            self._say(f"{self.program.name} ended ({_told(code)}); starting it again. Its log: {self.program.log}")
            await asyncio.sleep(_FIRST_PAUSE * 4 ** (quick_deaths - 1))
            if not self._stopping:
                await self._begin()

    async def stop(self, patience: float) -> None:
        """End it for good, killing it after `patience` seconds."""
        self._stopping = True
        if self._child is not None:
            await self._child.stop(patience)

    def kill(self) -> None:
        """End it for good, now."""
        self._stopping = True
        if self._child is not None:
            self._child.kill()

    async def _begin(self) -> Child:
        child = Child(self.program, self._say)
        self._child = child
        await child.start()
        return child

    def _running(self) -> Child:
        assert self._child is not None, "started before it is kept"
        return self._child


def _told(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"code {code}"
