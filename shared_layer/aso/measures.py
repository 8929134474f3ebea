"""Clicks, impressions, click rate and position, put together as they must be: by impressions.

The mean position of several rows is the sum of position × impressions over the sum of impressions, and the rate is the
sum of clicks over the sum of impressions. The mean of the rows' own positions and rates is wrong by as much as their
impressions differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from shared_layer.core.models import Model


class Measures(Model):
    """`ctr` is 0 to 1; `position` counts from 1 at the top; both are null without impressions."""

    clicks: int
    impressions: int
    ctr: float | None
    position: float | None


class Change(Model):
    """This period less the one before; `clicks_share` and `impressions_share` are relative, null from nothing.

    A position that grew is a place lost.
    """

    clicks: int
    clicks_share: float | None
    impressions: int
    impressions_share: float | None
    ctr: float | None
    position: float | None


class Compared(Model):
    """A period and the one of the same length before it."""

    current: Measures
    previous: Measures
    change: Change = Field(description="Current less previous.")


def measured(clicks: int, impressions: int, weighted: float) -> Measures:
    """`weighted` is the sum of position × impressions."""
    return Measures(
        clicks=clicks,
        impressions=impressions,
        ctr=round(clicks / impressions, 6) if impressions else None,
        position=round(weighted / impressions, 3) if impressions else None,
    )


def compared(current: Measures, previous: Measures) -> Compared:
    """Two periods with what changed."""
    change = Change(
        clicks=current.clicks - previous.clicks,
        clicks_share=_share(current.clicks, previous.clicks),
        impressions=current.impressions - previous.impressions,
        impressions_share=_share(current.impressions, previous.impressions),
        ctr=_less(current.ctr, previous.ctr),
        position=_less(current.position, previous.position),
    )
    return Compared(current=current, previous=previous, change=change)


def sums(at: str, prefix: str) -> str:
    """The SQL that sums clicks, impressions and weighted positions where `at` holds, named by `prefix`."""
    return (
        f"SUM(IF({at}, clicks, 0)) AS {prefix}_clicks, SUM(IF({at}, impressions, 0)) AS {prefix}_impressions, "
        f"SUM(IF({at}, position * impressions, 0.0)) AS {prefix}_weighted"
    )


BOTH_PERIODS = f"{sums('date >= @since', 'now')}, {sums('date < @since', 'before')}"
"""For rows from the beginning of the period before."""


def of_row(row: Mapping[str, Any]) -> Compared:
    """Both periods of a row that was summed by `BOTH_PERIODS`."""
    now, before = (
        measured(
            int(row[f"{period}_clicks"] or 0),
            int(row[f"{period}_impressions"] or 0),
            float(row[f"{period}_weighted"] or 0.0),
        )
        for period in ("now", "before")
    )
    return compared(now, before)


def _share(now: int, before: int) -> float | None:
    return round(now / before - 1, 4) if before else None


def _less(now: float | None, before: float | None) -> float | None:
    return round(now - before, 6) if now is not None and before is not None else None
