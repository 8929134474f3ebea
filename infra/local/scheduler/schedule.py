"""When a job fires: unix-cron in a time zone, as Cloud Scheduler reads it."""

from __future__ import annotations

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from infra.local.scheduler.errors import InvalidJob


def zone(name: str) -> tzinfo:
    """The tz database's zone; an empty name and `utc` in any case mean UTC.

    Raises InvalidJob if the database has no such zone.
    """
    if not name or name.lower() == "utc":
        return ZoneInfo("UTC")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise InvalidJob(f"time_zone {name!r} is not in the tz database.") from unknown


def next_fire(expression: str, time_zone: str, after: float) -> float:
    """The first moment behind `after` (both in seconds since the epoch) that the expression names.

    Five fields. Around a change of daylight saving time it does as Debian's cron does: a fixed time that the clock
    leaps over fires right after the leap, one that the clock passes twice fires once; `*` steps follow real time.
    Raises InvalidJob for anything else, Google's English-like schedules among it, and for a date that never comes.
    """
    if len(expression.split()) != 5:
        raise InvalidJob(f"schedule {expression!r} must have the five fields of unix-cron.")
    start = datetime.fromtimestamp(after, zone(time_zone))
    try:
        fires = CronSim(expression, start)
    except CronSimError as wrong:
        raise InvalidJob(f"schedule {expression!r} is not unix-cron: {wrong}.") from wrong
    for fire in fires:
        moment = float(fire.timestamp())
        if moment > after:
            return moment
    raise InvalidJob(f"schedule {expression!r} names no date within 50 years.")
