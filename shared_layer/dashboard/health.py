"""How a service is doing, judged from its requests.

- idle: no request in the window.
- down: half of the requests or more failed (5xx), and at least three did.
- degraded: 1 % or more failed, or 5 % took longer than the service may take.
- up: neither. Client errors (4xx) are the callers' and count for nothing here.

The last two minutes are looked at where they saw a request, else the whole window, so that a recovery shows at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from shared_layer.storage.request_window import Counts, total

Status = Literal["up", "degraded", "down", "idle", "unknown"]

DOWN_RATE: Final = 0.5
DOWN_FAILURES: Final = 3
DEGRADED_RATE: Final = 0.01
SLOW_MS: Final = 2_000.0
SLOW_MS_WITH_MODELS: Final = 10_000.0
WAITING_FOR_MODELS: Final = frozenset({"ai-routing-engine", "marketing-engine"})
RECENT_MINUTES: Final = 2

_WORST_FIRST: Final[tuple[Status, ...]] = ("down", "degraded", "up", "idle", "unknown")


def judge(service: str, minutes: Sequence[Counts]) -> tuple[Status, str]:
    """The service's status over `minutes` (oldest first), and why, in words."""
    recent, span = total(minutes[-RECENT_MINUTES:]), f"the last {RECENT_MINUTES} minutes"
    if not recent.requests:
        recent, span = total(minutes), f"the last {len(minutes)} minutes"
    failed, rate, slowest = recent.server_errors, recent.error_rate, recent.percentile(0.95)
    if rate is None or slowest is None:
        return "idle", f"No request in {span}."
    told = f"{failed} of {recent.requests} requests failed in {span}."
    if rate >= DOWN_RATE and failed >= DOWN_FAILURES:
        return "down", told
    if rate >= DEGRADED_RATE:
        return "degraded", told
    limit = SLOW_MS_WITH_MODELS if service in WAITING_FOR_MODELS else SLOW_MS
    if slowest > limit:
        return "degraded", f"1 of 20 requests took longer than {slowest / 1000:.1f} s in {span}."
    return "up", f"{recent.requests} requests in {span}, {failed or 'none'} failed."


def worst(statuses: Sequence[Status]) -> Status:
    """The status of the whole: the worst of its parts."""
    return min(statuses, key=_WORST_FIRST.index)
