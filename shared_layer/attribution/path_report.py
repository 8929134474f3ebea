"""The ways to conversion: the most frequent paths, how long they are and last, and who assists whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from shared_layer.attribution.daily import read_days
from shared_layer.attribution.models.windows import Journey, within
from shared_layer.attribution.money import units_of
from shared_layer.attribution.report_query import PathsQuery, frame_of
from shared_layer.core.caller import Caller
from shared_layer.core.models import Model


class PathRow(Model):
    """A sequence of channels, oldest first. `journeys` counts all who came so, `conversion_rate` who of them converted.

    `days` is the mean time from the first touch to the conversion.
    """

    channels: list[str]
    journeys: int
    conversions: int
    conversion_rate: float
    revenue_micros: int
    revenue: float
    days: float


class PathBucket(Model):
    """Conversions with `value` touches, or with so many whole days from the first touch on."""

    value: int
    conversions: int
    revenue_micros: int


class Assist(Model):
    """What a channel did in conversions: began them, ended them, or stood before another that ended them.

    `ratio` is assisted ÷ ended: above 1 it opens more than it closes; null where it ended none.
    """

    channel: str
    first: int
    last: int
    assisted: int
    ratio: float | None


class PathReport(Model):
    """The paths, the most frequent first, and what holds over all of them. `other_paths` are not shown."""

    since: date
    until: date
    lookback_days: int
    currency: str
    conversions: int
    mean_touches: float | None
    mean_days: float | None
    items: list[PathRow]
    other_paths: int
    lengths: list[PathBucket]
    lags: list[PathBucket]
    assists: list[Assist]


class _Sums(NamedTuple):
    journeys: int
    conversions: int
    micros: int
    hours: int


async def report_paths(query: PathsQuery, caller: Caller) -> PathReport:
    """The report, read from the days' aggregates."""
    frame = await frame_of(query, caller.tenant_id)
    days = await read_days(caller.tenant_id, query.first, query.last)
    journeys = within(days.paths, frame.lookback_days, frame.currency, query.conversion)
    rows = _rows(journeys)
    converted = [journey for journey in journeys if journey.converted and journey.steps]
    conversions = sum(journey.converted for journey in converted)
    touches = sum(journey.converted * len(journey.steps) for journey in converted)
    hours = sum(journey.converted * journey.steps[0].hours for journey in converted)
    return PathReport(
        since=query.first,
        until=query.last,
        lookback_days=frame.lookback_days,
        currency=frame.currency,
        conversions=conversions,
        mean_touches=round(touches / conversions, 3) if conversions else None,
        mean_days=round(hours / 24 / conversions, 3) if conversions else None,
        items=rows[: query.limit],
        other_paths=max(0, len(rows) - query.limit),
        lengths=_buckets(converted, [len(journey.steps) for journey in converted]),
        lags=_buckets(converted, [journey.steps[0].hours // 24 for journey in converted]),
        assists=_assists(converted),
    )


def _rows(journeys: Sequence[Journey]) -> list[PathRow]:
    sums: dict[tuple[str, ...], _Sums] = {}
    for journey in journeys:
        if journey.steps:
            before = sums.get(journey.channels, _Sums(0, 0, 0, 0))
            more = (journey.times, journey.converted, journey.micros, journey.converted * journey.steps[0].hours)
            sums[journey.channels] = _Sums(*[one + other for one, other in zip(before, more, strict=True)])
    rows = [
        PathRow(
            channels=list(channels),
            journeys=one.journeys,
            conversions=one.conversions,
            conversion_rate=round(one.conversions / one.journeys, 6),
            revenue_micros=one.micros,
            revenue=units_of(one.micros),
            days=round(one.hours / 24 / one.conversions, 3) if one.conversions else 0.0,
        )
        for channels, one in sums.items()
        if one.conversions
    ]
    return sorted(rows, key=lambda row: (-row.conversions, -row.revenue_micros, row.channels))


def _buckets(converted: Sequence[Journey], values: Sequence[int]) -> list[PathBucket]:
    conversions: Counter[int] = Counter()
    micros: Counter[int] = Counter()
    for journey, value in zip(converted, values, strict=True):
        conversions[value] += journey.converted
        micros[value] += journey.micros
    return [
        PathBucket(value=value, conversions=conversions[value], revenue_micros=micros[value])
        for value in sorted(conversions)
    ]


def _assists(converted: Sequence[Journey]) -> list[Assist]:
    firsts: Counter[str] = Counter()
    lasts: Counter[str] = Counter()
    assisted: Counter[str] = Counter()
    for journey in converted:
        firsts[journey.channels[0]] += journey.converted
        lasts[journey.channels[-1]] += journey.converted
        for channel in set(journey.channels) - {journey.channels[-1]}:
            assisted[channel] += journey.converted
    rows = [
        Assist(
            channel=channel,
            first=firsts[channel],
            last=lasts[channel],
            assisted=assisted[channel],
            ratio=round(assisted[channel] / lasts[channel], 3) if lasts[channel] else None,
        )
        for channel in {*firsts, *lasts, *assisted}
    ]
    return sorted(rows, key=lambda row: (-row.assisted, -row.last, row.channel))
