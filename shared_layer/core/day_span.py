"""A span of days that a report is asked for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from shared_layer.core import clock
from shared_layer.core.models import Query

LONGEST: Final = 366

Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 1, 1))]


class DaySpan(Query):
    """UTC days, both included; left out: the last thirty."""

    since: Day | None = None
    until: Day | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.first > self.last or (self.last - self.first).days > LONGEST:
            raise ValueError(f"since must not lie after until, nor more than {LONGEST} days before it")
        return self

    @property
    def last(self) -> date:
        """The last day."""
        return self.until or clock.utcnow().date()

    @property
    def first(self) -> date:
        """The first day."""
        return self.since or self.last - timedelta(days=29)
