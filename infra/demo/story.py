"""What happened, told as it happens: lines for people, or one JSON object a line for machines."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from infra.local.screen import styled


class Story(Protocol):
    """Takes the day's steps in order. `failures` counts those that did not come out as they should."""

    failures: int
    steps: int

    def scene(self, title: str) -> None: ...

    def step(self, tried: str, came_back: str, good: bool) -> None: ...

    def skipped(self, tried: str, why: str) -> None: ...

    def end(self, seconds: float) -> None: ...


class Readable:
    """The story for people; coloured on a terminal."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self.failures = self.steps = 0
        self._write = write

    def scene(self, title: str) -> None:
        """A new part of the day begins."""
        self._write("")
        self._write(styled(title, "bold"))

    def step(self, tried: str, came_back: str, good: bool) -> None:
        """Something was tried; `good` says whether what came back is what should."""
        self.steps += 1
        self.failures += not good
        self._line(styled("✓", "green") if good else styled("✗", "red"), tried, came_back)

    def skipped(self, tried: str, why: str) -> None:
        """Something could not be tried here."""
        self._line(styled("–", "dim"), tried, why)

    def end(self, seconds: float) -> None:
        """The last line."""
        verdict = "as it should be" if not self.failures else f"{self.failures} not as they should be (✗)"
        self._write("")
        self._write(styled(f"{self.steps} steps in {seconds:.0f} s: {verdict}.", "bold"))

    def _line(self, mark: str, tried: str, came_back: str) -> None:
        self._write(f"  {styled(f'{datetime.now():%H:%M:%S}', 'dim')} {mark} {tried}")
        self._write(f"             {styled('→', 'dim')} {came_back}")


class Records:
    """The story for machines: a JSON object for each step, and one at the end."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self.failures = self.steps = 0
        self._write = write
        self._scene = ""

    def scene(self, title: str) -> None:
        """A new part of the day begins."""
        self._scene = title

    def step(self, tried: str, came_back: str, good: bool) -> None:
        """Something was tried."""
        self.steps += 1
        self.failures += not good
        self._record(tried, came_back, "ok" if good else "failed")

    def skipped(self, tried: str, why: str) -> None:
        """Something could not be tried here."""
        self._record(tried, why, "skipped")

    def end(self, seconds: float) -> None:
        """The sums."""
        self._write(json.dumps({"steps": self.steps, "failures": self.failures, "seconds": round(seconds, 1)}))

    def _record(self, tried: str, came_back: str, outcome: str) -> None:
        moment = datetime.now().astimezone().isoformat(timespec="milliseconds")
        step = {"time": moment, "scene": self._scene, "tried": tried, "came_back": came_back, "outcome": outcome}
        self._write(json.dumps(step, ensure_ascii=False))
