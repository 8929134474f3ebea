"""Quota periods: calendar months in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from shared_layer.core import clock


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


def current_period() -> str:
    """The name of the period that it is now."""
    return _period_of_hour(int(clock.now() // 3600))


@lru_cache(maxsize=2)
def _period_of_hour(hour: int) -> str:
    return Period.of(datetime.fromtimestamp(hour * 3600, UTC)).name


def calls_key(tenant_id: str, period: str) -> str:
    """Where Redis counts the API calls that a tenant made in a period, for its quota."""
    return f"quota:{tenant_id}:api_calls:{period}"
