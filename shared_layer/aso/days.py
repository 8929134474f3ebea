"""Days as search data has them: Search Console's are those of California, and the newest are not whole yet.

https://developers.google.com/webmaster-tools/v1/searchanalytics/query: dates are in Pacific time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import PlainSerializer

from shared_layer.core import clock

PACIFIC: Final = ZoneInfo("America/Los_Angeles")
PUBLISHED_AFTER: Final = 2
"""Days after which Search Console publishes a day at the earliest."""

LAG: Final = 3
"""Days at the end that are left out of what is decided on: they may still grow."""

Day = Annotated[date, PlainSerializer(lambda day: day.isoformat(), return_type=str)]
"""A day, stored as `2026-11-23`: Firestore knows moments only."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` to `until`, both included."""

    since: date
    until: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until - self.since).days + 1

    def before(self) -> Span:
        """The span of the same length that ends the day before."""
        return Span(self.since - timedelta(days=self.days), self.since - timedelta(days=1))

    def __iter__(self) -> Iterator[date]:
        return (self.since + timedelta(days=number) for number in range(self.days))


def today() -> date:
    """Today in California."""
    return clock.utcnow().astimezone(PACIFIC).date()


def newest_published() -> date:
    """The newest day that Search Console may have published."""
    return today() - timedelta(days=PUBLISHED_AFTER)


def ending(until: date, days: int) -> Span:
    """The span of so many days that ends with `until`."""
    return Span(until - timedelta(days=days - 1), until)
