"""The agency's week as values, read from a file: what comes in when, and what is to stand on one person's timeline."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

WEEK: Final = Path(__file__).with_name("week.toml")
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
KINDS: Final = ("form", "mail", "arrival", "slack", "edit", "call", "deal", "move", "payment", "refund")


@dataclass(frozen=True, slots=True)
class Person:
    """Whose timeline it is: his address, his handle in the agency's Slack, and the channel he shares with it."""

    name: str
    email: str
    slack: str
    channel: str


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that comes in; `details` is what the file tells of it."""

    day: str
    time: str
    kind: str
    details: dict[str, Any]

    @property
    def at(self) -> datetime:
        """The moment, in the week before this one."""
        return moment_of(self.day, self.time, datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Week:
    """Everything that happens. `agency` is what `POST /api/v1/tenants` takes, but for the plan; `timeline` counts what
    must stand on the person's timeline at the end, by kind.
    """

    agency: dict[str, str]
    person: Person
    timeline: dict[str, int]
    happenings: tuple[Happening, ...]


def read_week(path: Path = WEEK) -> Week:
    """The week in a TOML file. Raises OSError, ValueError (not TOML, or an unknown kind), KeyError or TypeError."""
    with path.open("rb") as file:
        told = tomllib.load(file)
    return Week(
        agency=told["agency"],
        person=Person(**told["person"]),
        timeline=told["timeline"],
        happenings=tuple(_happening(entry) for entry in told["happenings"]),
    )


def moment_of(day: str, clock: str, now: datetime) -> datetime:
    """`day` at `clock` (UTC) in the week before that of `now`."""
    monday = now.date() - timedelta(days=now.weekday() + 7)
    return datetime.combine(monday + timedelta(days=DAYS.index(day)), time.fromisoformat(clock), UTC)


def _happening(entry: dict[str, Any]) -> Happening:
    kinds = [name for name in entry if name in KINDS]
    if len(kinds) != 1 or len(entry) != 3:
        raise ValueError(f"a happening has a day, a time and one of {', '.join(KINDS)}: {entry}")
    return Happening(entry["day"], entry["time"], kinds[0], entry[kinds[0]])
