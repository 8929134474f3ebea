"""When a failed delivery is tried again: Standard Webhooks' schedule, a jitter on top, and what the receiver asks for.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md (deliverability)
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

_HOUR: Final = 3600
DELAYS_SECONDS: Final = (5, 300, 1800, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 14 * _HOUR, 20 * _HOUR, 24 * _HOUR)
JITTER: Final = 0.1
LONGEST: Final = timedelta(hours=24)
_ASKING: Final = (429, 503)
_dice: Final = random.Random()  # noqa: S311 (spreads retries, guards nothing)


def next_attempt_at(failed: int, moment: datetime, status: int, headers: Mapping[str, str]) -> datetime | None:
    """When to try again after attempt number `failed` (from 1); None after the last one.

    Never earlier than the schedule or a Retry-After of 429 and 503 says, up to a tenth later, and never beyond a day
    (and the jitter).
    """
    if failed > len(DELAYS_SECONDS):
        return None
    delay = timedelta(seconds=DELAYS_SECONDS[failed - 1])
    if status in _ASKING:
        delay = max(delay, min(_asked(headers.get("retry-after", ""), moment), LONGEST))
    return moment + delay * (1 + _dice.uniform(0.0, JITTER))


def _asked(retry_after: str, moment: datetime) -> timedelta:
    """Retry-After as seconds or as an HTTP date (RFC 9110, 10.2.3); nothing where it is neither."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 7 * 86_400))
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return timedelta()
    return (date if date.tzinfo else date.replace(tzinfo=UTC)) - moment
