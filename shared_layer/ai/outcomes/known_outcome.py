"""What is known of how the weak and the strong model did at one prompt of a tenant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from pydantic import ConfigDict

from shared_layer.ai.router.features import unpack_vector
from shared_layer.ai.router.outcome import Outcome
from shared_layer.core.models import Entity

COLLECTION: Final = "ai_outcomes"
KEPT: Final = timedelta(days=180)
_PRIOR_GOOD: Final = 9.0
_PRIOR: Final = 10.0
"""Before anything is known, nine of ten strong answers are taken for good."""


class KnownOutcome(Entity):
    """`ai_outcomes/{call_id}`: the prompt as features, and both models' scores as far as they are known."""

    model_config = ConfigDict(extra="ignore")

    id: str
    features: bytes
    weak: float | None = None
    strong: float | None = None
    weak_cost: int = 0
    strong_cost: int = 0
    expires_at: datetime


def root_of(call_id: str) -> str:
    """The call that an answer belongs to: `call_x_1` is a part of `call_x`."""
    return "_".join(call_id.split("_")[:2])


def complete(known: Sequence[KnownOutcome]) -> list[Outcome]:
    """The outcomes of which the weak model's score is known: what can be learned from.

    An unknown strong score is the weak one's where that is perfect (no strong one could be better), else the mean of
    the strong answers that were judged.
    """
    mean = _mean_strong(known)
    return [
        _outcome(each, each.weak, 1.0 if each.strong is None and each.weak == 1.0 else each.strong, mean)
        for each in known
        if each.weak is not None
    ]


def unexplored(known: Sequence[KnownOutcome]) -> list[Outcome]:
    """The outcomes that only the strong model was asked for. To be safe the weak one is taken to have failed."""
    mean = _mean_strong(known)
    return [_outcome(each, 0.0, each.strong, mean) for each in known if each.weak is None]


def _outcome(known: KnownOutcome, weak: float, strong: float | None, mean: float) -> Outcome:
    found = mean if strong is None else strong
    return Outcome(unpack_vector(known.features), weak, found, known.weak_cost, known.strong_cost)


def _mean_strong(known: Sequence[KnownOutcome]) -> float:
    judged = [each.strong for each in known if each.strong is not None]
    return (sum(judged) + _PRIOR_GOOD) / (len(judged) + _PRIOR)
