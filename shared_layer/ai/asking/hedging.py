"""When a second provider is asked because the first is slower than it usually is: seldom, and never twice for a call.

Off unless the tenant's policy has `hedge`. The moment is the provider's own `hedge_after_seconds`, else the time within
which 95 of its last 100 answers in this process came (a stream's first token, a whole answer): so about one call in
twenty qualifies (Dean and Barroso, The Tail at Scale, 2013). A budget holds it there when a provider gets slow
altogether: a hedge takes what twenty calls have put in.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from typing import Final

from shared_layer.ai.providers.provider import Provider
from shared_layer.ai.routing.route import Decision, Target

PART: Final = 0.05
MOST_SAVED: Final = 3.0
ENOUGH: Final = 20
WINDOW: Final = 100
QUICKER: Final = 0.95

Patience = Callable[[Target], float | None]
"""For how many seconds a target is waited for alone; None: however long it takes."""


class HedgeBudget:
    """What calls put in and hedges take out: at most one hedge for `1 / PART` calls, a few saved up."""

    def __init__(self) -> None:
        self._credit = 0.0

    def called(self) -> None:
        """A call that might have been hedged began."""
        self._credit = min(MOST_SAVED, self._credit + PART)

    def take(self) -> bool:
        """Whether there may be a hedge; it is paid for then."""
        if self._credit < 1 - 1e-9:
            return False
        self._credit -= 1
        return True


budget = HedgeBudget()
_paces: dict[tuple[str, bool], deque[float]] = {}


def took(provider: Provider, streamed: bool, seconds: float) -> None:
    """Remember how long an answer, or a stream's first token, took."""
    _paces.setdefault((provider.id, streamed), deque(maxlen=WINDOW)).append(seconds)


def usual(provider: Provider, streamed: bool) -> float | None:
    """Within how many seconds 95 of 100 answers come; None where too few are known."""
    if provider.hedge_after_seconds is not None:
        return provider.hedge_after_seconds
    known = _paces.get((provider.id, streamed), ())
    if len(known) < ENOUGH:
        return None
    return sorted(known)[math.ceil(len(known) * QUICKER) - 1]


def patience_of(decision: Decision, streamed: bool) -> Patience | None:
    """The patience with the targets of a decision; None where the tenant's policy knows no hedging."""
    if decision.pinned or decision.standing is None or not decision.standing.policy.hedge:
        return None
    budget.called()
    return lambda target: usual(target.provider, streamed)


def forget_paces() -> None:
    """Know nothing of how long answers take."""
    _paces.clear()
