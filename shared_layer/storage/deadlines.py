"""How long one attempt at a dependency may take, within what is left of the request's deadline."""

from __future__ import annotations

from typing import Final

from shared_layer.core.context import current

ATTEMPT_SECONDS: Final = 4.0
"""One answer of Firestore, Pub/Sub, BigQuery's or Storage's API; none of them needs a second when it is well."""

KEPT_BACK: Final = 0.15
"""The share of what remains that an attempt leaves, so that its failure can still be told."""

LEAST_SECONDS: Final = 0.5
"""An attempt with less than this left is not begun: what failed before is told instead."""


def remaining() -> float:
    """Seconds until the current request's deadline; infinite outside any."""
    context = current()
    return float("inf") if context is None else context.remaining()


def attempt_seconds(asked: float | None = None, ceiling: float = ATTEMPT_SECONDS) -> float:
    """What one attempt may take: what the caller asked for, else `ceiling`; never more than the deadline leaves."""
    return max(0.001, min(ceiling if asked is None else asked, remaining() * (1.0 - KEPT_BACK)))


def room_after(pause: float) -> bool:
    """Whether another attempt fits in after a pause of so many seconds."""
    return remaining() - pause >= LEAST_SECONDS
