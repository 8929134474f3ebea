"""What looking at the cheap answer adds: the router alone, with the check of form, with checks of a stated accuracy.

Simulated on one recorded answer a prompt, so self-consistency and the verifier, which ask again, cannot be measured on
it: for them stand checks that are right 7, 8 or 9 times of 10, about right and wrong answers alike. The caller's check
knows a right answer when it sees it (an expected value, its own tests).
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from infra.router_training.labelled import ARTEFACT, Labelled
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


def with_check(right: float) -> Scorer:
    """The router's order among what a check refuses; what passes is escalated last.

    The check passes a right answer, and refuses a wrong one, with the probability `right`: its mistakes are drawn by
    chance, the same for every router. 1.0 is one that knows a right answer when it sees it.
    """

    def scorer(train: Sequence[Labelled], test: Sequence[Labelled]) -> list[float]:
        gains = learned(train, test)
        passed = [(one.outcome.weak >= 1.0) == (Random(one.prompt).random() < right) for one in test]
        return [gain - SURE * ok for gain, ok in zip(gains, passed, strict=True)]

    return scorer


def best(train: Sequence[Labelled], test: Sequence[Labelled]) -> list[float]:
    """Who knows both answers: no router and no cascade saves more."""
    return [one.outcome.gain for one in test]


CASCADES: dict[str, Scorer] = {
    "random": chance,
    "length": length,
    "router alone": learned,
    "+ form": with_form,
    "+ check, 70 %": with_check(0.7),
    "+ check, 80 %": with_check(0.8),
    "+ check, 90 %": with_check(0.9),
    "+ caller's check": with_check(1.0),
    "best possible": best,
}


SUBJECTS = ("mathematics", "algebra", "statistics")


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
