"""When a task that recurs is due again: RFC 5545 rules, reckoned in the task's own time zone."""

from __future__ import annotations

import re
from datetime import MAXYEAR, datetime, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints

_RULE: Final = re.compile(
    r"FREQ=(?:DAILY|WEEKLY|MONTHLY|YEARLY)"
    r"(?:;(?:INTERVAL=[1-9]\d{0,2}|COUNT=[1-9]\d{0,3}|UNTIL=\d{8}(?:T\d{6}Z)?|WKST=[A-Z]{2}"
    r"|BYDAY=[-+0-9A-Z,]{2,60}|BYMONTHDAY=[-0-9,]{1,90}|BYMONTH=[0-9,]{1,30}|BYSETPOS=[-0-9,]{1,20}))*"
)


def _is_rule(rule: str) -> str:
    from dateutil.rrule import rrulestr

    names = [part.partition("=")[0] for part in rule.split(";")]
    if not _RULE.fullmatch(rule) or len(set(names)) < len(names) or {"COUNT", "UNTIL"} <= set(names):
        raise ValueError("write an RFC 5545 rule by day, week, month or year, such as FREQ=WEEKLY;BYDAY=MO,TH")
    try:
        rrulestr(rule, dtstart=datetime(2026, 1, 1))
    except (ValueError, TypeError) as error:
        if "UNTIL" not in str(error).upper():
            raise ValueError(f"this is no RFC 5545 rule: {error}") from None
    return rule


Rule = Annotated[
    str, StringConstraints(max_length=200), AfterValidator(_is_rule), Field(examples=["FREQ=WEEKLY;BYDAY=MO,TH"])
]

_CYCLE: Final = 400
_CYCLE_DAYS: Final = 146_097
"""After 400 years the calendar is the same again, weekdays included."""


def next_due(rule: str, first: datetime, after: datetime, time_zone: str) -> datetime | None:
    """The rule's first moment later than `after`, counted from `first`, both aware; None where it ends before.

    Local time stays what it was over a change of clocks: nine o'clock is nine o'clock in summer and winter. A rule that
    does not come true for centuries is given up.
    """
    zone = ZoneInfo(time_zone)
    start, since = (moment.astimezone(zone).replace(tzinfo=None) for moment in (first, after))
    found = _first_after(_until_in_local_time(rule, zone), start, since)
    return found.replace(tzinfo=zone).astimezone(first.tzinfo) if found is not None else None


def _first_after(rule: str, start: datetime, since: datetime) -> datetime | None:
    """Found in few steps: whole intervals before `since` are passed over, and all of it is reckoned as late as the
    calendar allows, which ends in the year 9999, so that a rule that never comes true ends soon.
    """
    from dateutil.rrule import rrulestr

    if "COUNT=" not in rule:
        start += _passed_over(rule, since - start)
    cycles = max(0, (MAXYEAR - _CYCLE // 4 - max(start, since).year) // _CYCLE)
    shift = timedelta(days=cycles * _CYCLE_DAYS)
    later = re.sub(r"UNTIL=(\d{4})", lambda year: f"UNTIL={min(MAXYEAR, int(year[1]) + cycles * _CYCLE):04}", rule)
    found = rrulestr(later, dtstart=start + shift).after(since + shift)
    return found - shift if found is not None else None


def _passed_over(rule: str, elapsed: timedelta) -> timedelta:
    """The whole intervals of a rule by day or week that lie in `elapsed`, but for the last."""
    unit = {"FREQ=DAILY": 1, "FREQ=WEEKLY": 7}.get(rule.partition(";")[0])
    if unit is None:
        return timedelta()
    interval = re.search(r"INTERVAL=(\d+)", rule)
    days = unit * (int(interval[1]) if interval else 1)
    return timedelta(days=max(0, elapsed.days // days - 1) * days)


def _until_in_local_time(rule: str, zone: ZoneInfo) -> str:
    """UNTIL is written in UTC; the rule is reckoned without a zone."""
    match = re.search(r"UNTIL=(\d{8}T\d{6})Z", rule)
    if match is None:
        return rule
    moment = datetime.strptime(match[1] + "+0000", "%Y%m%dT%H%M%S%z").astimezone(zone)
    return rule.replace(match[0], f"UNTIL={moment:%Y%m%dT%H%M%S}")
