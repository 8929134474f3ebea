"""How a quota is counted: one counter for each meter and period, one record for each consumption. No input or output.

The counter and the records are written in one commit, so that the counter is always the sum of the records that stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from pydantic import Field

from shared_layer.access.plans import Meter
from shared_layer.core.models import Model, empty_list

THRESHOLDS: Final = (80, 100)

Decision = Literal["counted", "refused", "repeated", "refunded", "conflict", "unknown"]


class QuotaCounter(Model):
    """What a tenant used of a meter in a period, in all and by UTC day; `told` are the thresholds told of.

    `folded` is how many of the front door's own calls are in it.
    """

    meter: Meter
    period: str
    used: int = 0
    days: dict[str, int] = Field(default_factory=dict)
    told: list[int] = Field(default_factory=empty_list)
    folded: int = 0


class Consumption(Model):
    """Something that was counted. `amount` is in the meter's unit; `fingerprint` is of what was asked for."""

    id: str
    meter: Meter
    period: str
    day: str
    amount: int
    fingerprint: str
    status: Literal["counted", "refunded"] = "counted"
    counted_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """A wish: `use` is refused beyond the limit, `report` tells of what happened already, `refund` takes back."""

    kind: Literal["use", "report", "refund"]
    consumption: Consumption


def decide(counter: QuotaCounter, limit: int | None, entry: Entry, known: Consumption | None) -> Decision:
    """What becomes of `entry`, given the record that is `known` under its id; counts it where it is to be counted."""
    wanted = entry.consumption
    if entry.kind == "refund":
        return _refund(counter, known)
    if known is not None:
        same = known.fingerprint == wanted.fingerprint and known.status == "counted"
        return "repeated" if same else "conflict"
    if entry.kind == "use" and limit is not None and wanted.amount > limit - counter.used:
        return "refused"
    _add(counter, wanted.day, wanted.amount)
    return "counted"


def _refund(counter: QuotaCounter, known: Consumption | None) -> Decision:
    if known is None:
        return "unknown"
    if known.status == "refunded":
        return "repeated"
    _add(counter, known.day, -known.amount)
    known.status = "refunded"
    return "refunded"


def _add(counter: QuotaCounter, day: str, amount: int) -> None:
    counter.used += amount
    counter.days[day] = counter.days.get(day, 0) + amount


def fold(counter: QuotaCounter, at_the_door: int, day: str) -> None:
    """Count what the door has counted since the last time; `at_the_door` is its count of the whole period."""
    _add(counter, day, at_the_door - counter.folded)
    counter.folded = at_the_door


def newly_reached(counter: QuotaCounter, limit: int | None) -> list[int]:
    """The thresholds (percent) that the counter reached for the first time in its period; marks them as told of."""
    if limit is None:
        return []
    reached = [each for each in THRESHOLDS if each not in counter.told and counter.used * 100 >= limit * each]
    counter.told += reached
    return reached
