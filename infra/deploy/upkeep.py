"""What a stage needs beside its functions: that jobs tick, that dead letters are kept, that nothing old piles up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from google.api_core.exceptions import GoogleAPICallError

from infra.deploy.gateway import config_of
from infra.deploy.google import Google
from infra.deploy.screen import Screen

PACE: Final = 0.5
"""Seconds between two deletions: Google lets a project change its revisions and configs some hundred times a minute."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What there must be: jobs and triggers by name, the gateway's config, and the member that is Pub/Sub itself."""

    jobs: frozenset[str]
    triggers: frozenset[str]
    config: str
    agent: str


def surroundings(document: Mapping[str, Any], agent: str) -> Surroundings:
    """What Terraform's document asks for."""
    manifest = document["manifest"]
    return Surroundings(
        frozenset(manifest["jobs"]), frozenset(manifest["triggers"]), config_of(document["gateway"]), agent
    )


@dataclass(slots=True)
class Upkeep:
    """Mends what Terraform cannot say, and takes away what is old. Each step may be done again at any time."""

    google: Google
    wanted: Surroundings
    screen: Screen
    sleep: Callable[[float], None] = time.sleep

    def wrong(self) -> tuple[str, ...]:
        """A line for each thing that is not as it should be."""
        ticking = self.google.schedules().all()
        told = [f"{name}: there is no such job" for name in sorted(self.wanted.jobs - set(ticking))]
        told += [f"{name}: its job is paused" for name in sorted(self.wanted.jobs) if ticking.get(name) is False]
        lacking = self.google.triggers().lacking(self.wanted.triggers, self.wanted.agent)
        told += [f"{name}: {fault}" for name, fault in lacking.items()]
        serving = self.google.gateway().serving()
        if serving != self.wanted.config:
            told.append(f"the gateway runs {serving or 'nothing'}, and not {self.wanted.config}")
        return tuple(told)

    def mend(self) -> None:
        """Jobs that somebody paused tick again, triggers get their dead letters."""
        for name in self.google.schedules().resume(self.wanted.jobs):
            self.screen.done(name, "its job ticks again")
        triggers = self.google.triggers()
        for name in triggers.lacking(self.wanted.triggers, self.wanted.agent):
            triggers.give(name, self.wanted.agent)
            self.screen.done(name, "what cannot be delivered goes to the dead letters")

    def tidy(self) -> tuple[str, ...]:
        """Delete outlived revisions and left over configs; answers a line for each that Google kept."""
        services, gateway, now = self.google.services(), self.google.gateway(), datetime.now(UTC)
        old: list[tuple[str, Callable[[], None]]] = [
            (revision, lambda name=name, revision=revision: services.delete(name, revision))  # type: ignore[misc]
            for name, deployed in services.all().items()
            for revision in services.outlived(deployed, now)
        ]
        old += [(config, lambda config=config: gateway.delete(config)) for config in gateway.left_over()]  # type: ignore[misc]
        return self._delete(old)

    def _delete(self, old: Iterable[tuple[str, Callable[[], None]]]) -> tuple[str, ...]:
        kept, gone = [], 0
        for name, delete in old:
            self.sleep(PACE)
            try:
                delete()
            except GoogleAPICallError as error:
                kept.append(f"{name}: {error.message}")
                continue
            gone += 1
            self.screen.working(f"{gone} old revisions and gateway configs deleted")
        if gone:
            self.screen.say(f"{gone} old revisions and gateway configs deleted.")
        return tuple(kept)
