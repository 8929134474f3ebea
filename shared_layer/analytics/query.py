"""A question to the warehouse: named metrics, dimensions and filters over a period, never SQL."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, Field

from shared_layer.analytics.dimensions import DIMENSIONS
from shared_layer.analytics.metrics import METRICS
from shared_layer.core.errors import ValidationFailed
from shared_layer.core.models import Model, empty_list
from shared_layer.storage.event_rows import Period

DEFAULT_PERIOD: Final = timedelta(days=7)
LONGEST_PERIOD: Final = timedelta(days=366)

Name = Annotated[str, Field(max_length=64)]
Value = Annotated[str, Field(max_length=256)]


class AnalyticsQuery(Model):
    """`metrics` by `dimensions`, of the events whose dimensions have one of the values in `filters`.

    The period is from `since` (included) to `until` (left out): at most 366 days, the last 7 where nothing is said.
    """

    metrics: Annotated[list[Name], Field(min_length=1, max_length=20, examples=[["ai_calls", "ai_cost_usd"]])]
    dimensions: Annotated[list[Name], Field(max_length=4, examples=[["day", "provider"]])] = Field(
        default_factory=empty_list
    )
    filters: Annotated[
        dict[Name, Annotated[list[Value], Field(min_length=1, max_length=50)]],
        Field(max_length=10, examples=[{"provider": ["openai", "abacus"]}]),
    ] = Field(default_factory=dict)
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100

    def period(self, moment: datetime) -> Period:
        """The period that is meant at `moment`. Raises ValidationFailed where it is empty or too long."""
        until = self.until or moment
        since = self.since or until - DEFAULT_PERIOD
        if since >= until:
            raise ValidationFailed(
                "The period is empty: since must come before until, which is now where it is left out."
            )
        if until - since > LONGEST_PERIOD:
            raise ValidationFailed(f"The period has more than {LONGEST_PERIOD.days} days. Ask for less at a time.")
        return Period(since, until)

    def check_names(self) -> None:
        """Raises ValidationFailed, listing the known names, for a metric or dimension that is not one."""
        _check("metrics", self.metrics, sorted(METRICS))
        _check("dimensions", self.dimensions, sorted(DIMENSIONS))
        _check("filters", list(self.filters), sorted(name for name, found in DIMENSIONS.items() if found.filters))


def _check(place: str, given: list[str], known: list[str]) -> None:
    unknown = [name for name in given if name not in known]
    if unknown:
        raise ValidationFailed(
            f"{place} has unknown names: {', '.join(unknown)}. Known are: {', '.join(known)}.",
            unknown=unknown,
            known=known,
        )
    if len(set(given)) < len(given):
        raise ValidationFailed(f"{place} names something twice. Name each once.")


class AnalyticsAnswer(Model):
    """One item for each combination of the dimensions: by time where time is one of them, else the greatest first.

    `next_cursor` is always null; `truncated` says that there were more than `limit`. `data_as_of` is when the warehouse
    was read: all that had arrived by then is counted. `bytes_processed` is what BigQuery read for it, now or when the
    answer was cached.
    """

    items: list[dict[str, Any]]
    next_cursor: None = None
    truncated: bool
    metrics: list[str]
    dimensions: list[str]
    since: datetime
    until: datetime
    bytes_processed: int
    cached: bool
    data_as_of: datetime
