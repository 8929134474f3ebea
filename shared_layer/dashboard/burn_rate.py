"""How fast a service burns its error budget, and when that is told.

The objective is that 99.9 % of a service's requests are answered without a failure of the platform's (5xx). A burn rate
of 1 uses up exactly the budget of the objective's period; the rate over a window is the part of its requests that
failed, divided by the part that may. Alerts follow the Google SRE Workbook, chapter 5 ("Alerting on SLOs", table 5-8),
multi-window and multi-burn-rate: both the long and the short window must burn, so that an alert is sure of itself and
ends soon after its cause.

    page     14.4 × over 1 h and 5 min     2 % of a month's budget in an hour
    page      6   × over 6 h and 30 min    5 % in six hours
    ticket    1   × over 3 d and 6 h      10 % in three days
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

OBJECTIVE: Final = 0.999
FEWEST_FAILURES: Final = 3
"""Fewer failures than these in the long window alert nobody: of ten requests a day, one that fails is no trend."""

Severity = Literal["page", "ticket"]


@dataclass(frozen=True, slots=True)
class Rule:
    """Tell when the budget burns `factor` times too fast over both windows, in minutes."""

    name: str
    severity: Severity
    factor: float
    long_minutes: int
    short_minutes: int


RULES: Final = (
    Rule("1h-5m", "page", 14.4, 60, 5),
    Rule("6h-30m", "page", 6.0, 360, 30),
    Rule("3d-6h", "ticket", 1.0, 4320, 360),
)
WINDOWS: Final = tuple(sorted({minutes for rule in RULES for minutes in (rule.long_minutes, rule.short_minutes)}))
"""5 and 30 minutes, 1 and 6 hours, 3 days: in minutes."""


@dataclass(frozen=True, slots=True)
class Window:
    """Requests of some time, and how many of them the platform failed."""

    requests: int = 0
    failures: int = 0

    @property
    def burn(self) -> float:
        """How many times faster than allowed the budget goes; 0 where nothing was asked."""
        return round(self.failures / self.requests / (1 - OBJECTIVE), 3) if self.requests else 0.0


def burns(rule: Rule, windows: Mapping[int, Window]) -> bool:
    """Whether the rule's alert is on, given a service's windows by their minutes."""
    long, short = windows[rule.long_minutes], windows[rule.short_minutes]
    return long.failures >= FEWEST_FAILURES and long.burn >= rule.factor and short.burn >= rule.factor
