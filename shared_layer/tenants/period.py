"""Quota periods: calendar months in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar month in UTC, such as `2026-11`."""

    name: str

    @classmethod
    def of(cls, moment: datetime) -> Period:
        """The period that an aware `moment` lies in."""
        return cls(moment.astimezone(UTC).strftime("%Y-%m"))

    @property
    def reset_at(self) -> datetime:
        """When the next period begins, and counting starts at zero."""
        year, month = (int(part) for part in self.name.split("-"))
        return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)


def day_of(moment: datetime) -> str:
    """The UTC day of an aware `moment`, such as `2026-11-23`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d")
