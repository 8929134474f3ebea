"""Time as the platform reads it. Tests replace it; nothing else may."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

_source: Callable[[], float] = time.time


def now() -> float:
    """Seconds since the Unix epoch."""
    return _source()


def utcnow() -> datetime:
    """The same moment as an aware datetime in UTC."""
    return datetime.fromtimestamp(_source(), UTC)


def use(source: Callable[[], float]) -> Callable[[], float]:
    """Read time from `source` from now on; answers the former source, to be put back by the test that replaced it."""
    global _source
    former, _source = _source, source
    return former
