"""When a schedule fires: five fields of cron in an IANA time zone, by cronsim, which follows Debian's cron over DST.

A fixed time that the clock leaps over fires at the next valid instant; one that it passes twice fires once, the first
time. Where minute or hour begin with `*`, real time counts: such an expression fires in both of two like hours.

cronsim drops which of two like hours it is asked from, and may answer a moment before it: what is not later than asked
for is left out here, so that a schedule made in the second of two like hours never fires in the past. On Chatham and
Lord Howe, whose clocks change within an hour, it may leave fires out or never end: there real time is walked through.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, StringConstraints

ALIASES: Final = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
FIELDS: Final = 5
WITHIN_AN_HOUR: Final = frozenset({"Pacific/Chatham", "NZ-CHAT", "Australia/Lord_Howe", "Australia/LHI"})
"""Zones whose clocks change at a quarter or by half an hour."""

GIVEN_UP_AFTER: Final = timedelta(days=50 * 366)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name[:64]!r} is no IANA time zone, such as Europe/Berlin") from None
    return name


def _known_expression(text: str) -> str:
    from cronsim import CronSim, CronSimError

    expression = " ".join(ALIASES.get(text.casefold(), text).upper().split())
    if len(expression.split()) != FIELDS:
        raise ValueError("write the five fields of cron: minute, hour, day of month, month, day of week")
    try:
        next(CronSim(expression, datetime(2026, 1, 1, tzinfo=UTC)))
    except StopIteration:
        raise ValueError("this expression names no date within 50 years") from None
    except (CronSimError, ValueError, AssertionError) as wrong:
        raise ValueError(f"this is no cron expression: {wrong}. Such as 30 9 * * MON-FRI") from None
    return expression


Cron = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100),
    AfterValidator(_known_expression),
    Field(examples=["0 9 * * 1"]),
]
Zone = Annotated[
    str, StringConstraints(min_length=1, max_length=64), AfterValidator(_known_zone), Field(examples=["Europe/Berlin"])
]


def fires(expression: str, zone: str, after: datetime) -> Iterator[datetime]:
    """The moments later than `after` at which the expression fires, in the zone, in order and each once."""
    from cronsim import CronSim

    if zone in WITHIN_AN_HOUR and "*" in [field[0] for field in expression.split()[:2]]:
        yield from _walked(expression, ZoneInfo(zone), after.astimezone(UTC))
        return
    last = after.astimezone(UTC)
    for fire in CronSim(expression, after.astimezone(ZoneInfo(zone))):
        moment = fire.astimezone(UTC)
        if moment > last:
            last = moment
            yield moment.astimezone(ZoneInfo(zone))


def _walked(expression: str, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """The instants whose time on the wall fits the expression, from quarter to quarter of an hour and day to day."""
    from cronsim import CronSim

    fields = CronSim(expression, after)
    instant, end = after.replace(second=0, microsecond=0) + timedelta(minutes=1), after + GIVEN_UP_AFTER
    while instant < end:
        local = instant.astimezone(zone)
        if local.month not in fields.months or not fields.match_day(local.date()):
            instant = datetime.combine(local.date() + timedelta(days=1), time(), zone).astimezone(UTC)
        elif local.hour not in fields.hours:
            instant += timedelta(minutes=15 - local.minute % 15)
        else:
            if local.minute in fields.minutes:
                yield local
            instant += timedelta(minutes=1)


def next_fires(expression: str, zone: str, after: datetime, count: int) -> list[datetime]:
    """The next `count` moments; fewer where the expression ends."""
    return list(islice(fires(expression, zone, after), count))


def delay(schedule_id: str, fire: datetime, jitter_seconds: int, following: datetime | None) -> timedelta:
    """How much later than `fire` it is due: up to the jitter, the same for each who asks, and before the next fire."""
    if following is not None:
        jitter_seconds = min(jitter_seconds, max(0, int((following - fire).total_seconds()) - 1))
    if not jitter_seconds:
        return timedelta()
    digest = hashlib.sha256(f"{schedule_id}:{int(fire.timestamp())}".encode()).digest()
    return timedelta(seconds=int.from_bytes(digest[:8], "big") % (jitter_seconds + 1))
