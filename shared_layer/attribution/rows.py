"""What a journey counts for: a function of the journey alone, so that a change of it is a difference of rows.

A row is a day, a kind of conversion (empty: none), and a path: the touches before it, oldest first, each as its channel
and its age in whole hours at the end of the path. Paths of persons that came alike are one row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from shared_layer.attribution.journey import Conversion, Journey, Touch

LONGEST: Final = timedelta(days=365)
"""The longest window that a report can look back over."""

MOST_STEPS: Final = 50
SAME_SALE: Final = timedelta(days=45)
NO_CONVERSION: Final = ""


class Step(NamedTuple):
    """A touch of a path: its channel and its age in whole hours when the path ended."""

    channel: str
    hours: int


class Row(NamedTuple):
    """What is counted together."""

    day: str
    conversion: str
    path: str


def path_text(steps: list[Step]) -> str:
    """A path as it is kept: `Paid Search@30>Email@2`. Channels' names hold neither `@` nor `>`."""
    return ">".join(f"{step.channel}@{step.hours}" for step in steps)


def path_steps(text: str) -> list[Step]:
    """The steps of a path."""
    return [Step(channel, int(hours)) for channel, _, hours in (one.rpartition("@") for one in text.split(">") if one)]


def rows_of(journey: Journey) -> dict[Row, Counter[str]]:
    """All rows of a journey. Counters hold `count` and, by currency, millionths.

    Touches after the last conversion are a path without one, which ends with its last touch.
    """
    rows: dict[Row, Counter[str]] = {}
    conversions = list(counted(journey.conversions))
    for conversion in conversions:
        row = Row(_day(conversion.at), conversion.name, path_text(_steps(journey.touches, conversion.at)))
        amounts = rows.setdefault(row, Counter())
        amounts["count"] += 1
        if conversion.net_micros:
            amounts[conversion.currency] += conversion.net_micros
    last = conversions[-1].at if conversions else None
    rest = [touch for touch in journey.touches if last is None or touch.at > last]
    if rest:
        end = rest[-1].at
        rows[Row(_day(end), NO_CONVERSION, path_text(_steps(rest, end)))] = Counter(count=1)
    return rows


def counted(conversions: list[Conversion]) -> Iterator[Conversion]:
    """The conversions that count, in order.

    A deal that was won and a payment of the same amount within 45 days are one sale: the payment counts.
    """
    live = [one for one in conversions if one.counts]
    free = [one for one in live if one.origin == "payment"]
    for conversion in live:
        if conversion.origin == "deal":
            paid = next((one for one in free if _same_sale(conversion, one)), None)
            if paid is not None:
                free.remove(paid)
                continue
        yield conversion


def _same_sale(deal: Conversion, payment: Conversion) -> bool:
    return (
        deal.amount_micros > 0
        and (deal.amount_micros, deal.currency) == (payment.amount_micros, payment.currency)
        and abs(deal.at - payment.at) <= SAME_SALE
    )


def _steps(touches: list[Touch], end: datetime) -> list[Step]:
    """The touches up to a moment; of more than 50 the first and the last 49."""
    before = [touch for touch in touches if end - LONGEST < touch.at <= end]
    kept = [before[0], *before[1 - MOST_STEPS :]] if len(before) > MOST_STEPS else before
    return [Step(touch.channel, int((end - touch.at) / timedelta(hours=1))) for touch in kept]


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
