"""What embeddings add: the same prompts with what they mean, and the router that is not told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from infra.router_training.labelled import Labelled
from shared_layer.ai.router.features import features, without_meaning
from shared_layer.ai.router.meaning import meaning_of
from tests.bench.ai_quality.rivals import Scorer, learned

EXAMS = 2_000


def embedded(exams: Sequence[Labelled], others: Sequence[Labelled]) -> tuple[list[Labelled], list[Labelled]]:
    """Some of the exams and all of the others, embedded. Raises ImportError where the extra is not installed."""
    drawn = Random(11).sample(exams, min(EXAMS, len(exams)))
    return [_meant(one) for one in drawn], [_meant(one) for one in others]


def _meant(one: Labelled) -> Labelled:
    return replace(one, outcome=replace(one.outcome, vector=features(one.prompt, meaning_of).vector))


def untold(train: Sequence[Labelled], test: Sequence[Labelled]) -> list[float]:
    """The router of this repository without the embeddings."""
    return learned(_without(train), _without(test))


def _without(all_: Sequence[Labelled]) -> list[Labelled]:
    return [replace(one, outcome=replace(one.outcome, vector=without_meaning(one.outcome.vector))) for one in all_]


BESIDE: dict[str, Scorer] = {"without meaning": untold}
