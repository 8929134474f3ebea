"""When a contact may be written to: outside the quiet hours of every zone that he may live in."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from shared_layer.marketing.mail.setup import QuietHours

DAYS_AHEAD: Final = 3


def allowed_at(quiet: QuietHours | None, zones: list[str], moment: datetime) -> datetime:
    """`moment`, or the first one after it that is quiet in none of the zones.

    Hours are by the wall clock: an hour that a change of clocks leaves out or repeats moves with it. Where zones leave
    no common hour, the end of the quiet hours of the first one.
    """
    if quiet is None or not zones:
        return moment
    begins, ends = time.fromisoformat(quiet.begins), time.fromisoformat(quiet.ends)
    clocks = [ZoneInfo(name) for name in zones]
    found = moment
    for _ in range(DAYS_AHEAD * len(clocks) + 1):
        later = [after for one in clocks if (after := _after(begins, ends, one, found)) is not None]
        if not later:
            return found
        found = max(later)
    return _after(begins, ends, clocks[0], moment) or moment


def _after(begins: time, ends: time, zone: ZoneInfo, moment: datetime) -> datetime | None:
    """The end of the quiet hours that `moment` lies in; None where it lies in none."""
    local = moment.astimezone(zone)
    clock = local.time().replace(tzinfo=None)
    quiet = begins <= clock < ends if begins < ends else clock >= begins or clock < ends
    if not quiet:
        return None
    tomorrow = begins > ends and clock >= begins
    end = datetime.combine(local.date() + timedelta(days=tomorrow), ends, zone)
    after = end.astimezone(moment.tzinfo)
    return after if after > moment else end.replace(fold=1).astimezone(moment.tzinfo)
