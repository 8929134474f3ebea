"""What looking at the cheap answer adds: the router alone, with the check of form, with the caller's own check.

Simulated on one recorded answer a prompt, so self-consistency and the verifier, which ask again, are not in it. The
caller's check is one that knows a right answer when it sees it (an expected value, its own tests): it is never wrong.
"""

from __future__ import annotations

from collections.abc import Sequence

from infra.router_training.labelled import Labelled
from shared_layer.ai.cascade.checks import doubt_of_form
from tests.bench.ai_quality.rivals import Scorer, chance, learned, length
from tests.bench.ai_quality.splits import FAMILIES, family

SURE = 10.0
"""More than any predicted gain."""
MATHEMATICS = next(iter(FAMILIES))


def with_form(train: Sequence[Labelled], test: Sequence[Labelled]) -> list[float]:
    """The router's order, but what fails the check of form is escalated first."""
    gains = learned(train, test)
    return [gain + SURE * _malformed(one) for gain, one in zip(gains, test, strict=True)]


def with_callers_check(train: Sequence[Labelled], test: Sequence[Labelled]) -> list[float]:
    """The router's order among what fails the caller's check; what passes is escalated last."""
    gains = learned(train, test)
    return [gain - SURE * (one.outcome.weak >= 1.0) for gain, one in zip(gains, test, strict=True)]


CASCADES: dict[str, Scorer] = {
    "random": chance,
    "length": length,
    "router alone": learned,
    "+ form": with_form,
    "+ caller's check": with_callers_check,
}


SUBJECTS = ("mathematics", "algebra", "statistics")
ARTEFACT = "high_school_mathematics"
"""gpt-4-1106 is 3 % right at it in RouteLLM's file, Mixtral 32 %: there is no gap to recover."""


def mathematical(all_: Sequence[Labelled]) -> list[Labelled]:
    """The prompts of mathematics."""
    return [one for one in all_ if one.group != ARTEFACT and _of_mathematics(one.group)]


def _of_mathematics(group: str) -> bool:
    return family(group) == MATHEMATICS or any(subject in group for subject in SUBJECTS)


def _malformed(one: Labelled) -> bool:
    """Whether the recorded answer fails the platform's own check of form; there may be none on record."""
    if not one.answer:
        return False
    choice = {"message": {"content": one.answer}, "finish_reason": "stop"}
    return bool(doubt_of_form({"choices": [choice]}, {}))
