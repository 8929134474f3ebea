"""How much may be tried again: three attempts with full jitter, and only while a dependency still answers some calls.

The budget is gRPC's retry throttling (gRFC A6): it starts full at 10, a failed attempt takes 1, a success gives back
1/10, and nothing is tried again at or below half. A dependency that is down altogether therefore costs a few retries in
all, not three times its load; one that fails now and then is tried again for a tenth of the calls that succeed.
"""

from __future__ import annotations

import random
from typing import Final

ATTEMPTS: Final = 3
FIRST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 1.0
FULL: Final = 10.0
GIVEN_BACK: Final = 0.1


class RetryBudget:
    """The budget of one dependency in one process."""

    def __init__(self) -> None:
        self._tokens = FULL

    def succeeded(self) -> None:
        """An attempt was answered."""
        if self._tokens < FULL:
            self._tokens = min(FULL, self._tokens + GIVEN_BACK)

    def failed(self) -> None:
        """An attempt failed for the dependency's sake."""
        self._tokens = max(0.0, self._tokens - 1.0)

    def allows(self, attempt: int) -> bool:
        """Whether there may be another attempt after number `attempt` (from 1) failed."""
        return attempt < ATTEMPTS and self._tokens > FULL / 2


def pause(attempt: int) -> float:
    """Seconds to wait after attempt number `attempt`: full jitter (Brooker, "Exponential Backoff And Jitter", 2015)."""
    return random.uniform(0.0, min(LONGEST_PAUSE, FIRST_PAUSE * 4**attempt))  # noqa: S311 (spreads load, hides nothing)
