"""Traffic in steps: a little, a look, more, a look; and all of it back where the look was not good."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from infra.deploy.health import Figures, caller_headers, judge, unwell
from infra.deploy.screen import Screen
from infra.deploy.services import Deployed


class Traffic(Protocol):
    """What `Services` does."""

    def get(self, name: str) -> Deployed: ...

    def former(self, deployed: Deployed) -> str: ...

    def send(self, name: str, traffic: dict[str, int], tagged: str = "") -> Deployed: ...


class Looks(Protocol):
    """What `Measured` does."""

    def figures(self, service: str, revision: str, seconds: float) -> Figures: ...


@dataclass(slots=True)
class Rollout:
    """Moves functions to their newest revisions, all of them one step at a time.

    `pause` is the seconds between a step and the look at it; `pace` those between two calls that change traffic.
    """

    services: Traffic
    measured: Looks
    screen: Screen
    steps: Sequence[int] = (10, 50, 100)
    pause: float = 120.0
    pace: float = 0.5
    sleep: Callable[[float], None] = time.sleep
    headers: Callable[[str], dict[str, str]] = caller_headers
    failed: dict[str, str] = field(default_factory=dict)

    def run(self, waiting: Sequence[Deployed]) -> dict[str, str]:
        """Answers why each function that was taken back was; empty where all moved on."""
        moving: dict[str, tuple[str, str]] = {}
        for deployed in waiting:
            if deployed.failing:
                self.failed[deployed.name] = deployed.failing
            elif deployed.serving in ("", deployed.newest):
                self._send(deployed.name, {deployed.newest: 100})
                self.screen.done(deployed.name, f"{deployed.newest} has all traffic")
            else:
                moving[deployed.name] = (deployed.serving, deployed.newest)
        for name, (old, new) in [*moving.items()]:
            self._first_look(name, old, new, moving)
        for step in self.steps:
            self._step(step, moving)
        return self.failed

    def _first_look(self, name: str, old: str, new: str, moving: dict[str, tuple[str, str]]) -> None:
        """Call the new revision at its own URL before anybody else is sent there."""
        tagged = self._send(name, {old: 100}, tagged=new)
        if reason := unwell(tagged, self.headers(tagged.address)):
            self._take_back(name, old, reason, moving)

    def _step(self, percent: int, moving: dict[str, tuple[str, str]]) -> None:
        if not moving:
            return
        for name, (old, new) in moving.items():
            shares = {new: 100} if percent == 100 else {old: 100 - percent, new: percent}
            self._send(name, shares, tagged="" if percent == 100 else new)
        self.screen.say(f"{percent} % of the traffic of {len(moving)} function{'s' * (len(moving) > 1)}: looking …")
        self.sleep(self.pause)
        for name, (old, new) in [*moving.items()]:
            after = self.measured.figures(name, new, self.pause)
            before = self.measured.figures(name, old, self.pause * 10)
            if reason := judge(after, before):
                self._take_back(name, old, reason, moving)
            elif percent == 100:
                self.screen.done(name, f"{new} has all traffic ({after.requests} requests looked at)")

    def _take_back(self, name: str, old: str, reason: str, moving: dict[str, tuple[str, str]]) -> None:
        self._send(name, {old: 100})
        del moving[name]
        self.failed[name] = f"{reason}; {old} has all traffic again"
        self.screen.failed(name, self.failed[name])

    def _send(self, name: str, shares: dict[str, int], tagged: str = "") -> Any:
        self.sleep(self.pace)
        return self.services.send(name, shares, tagged)
