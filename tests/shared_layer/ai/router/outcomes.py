"""Outcomes drawn from a world whose truth is known."""

from __future__ import annotations

from random import Random

from shared_layer.ai.router.calibration import Scored
from shared_layer.ai.router.features import features
from shared_layer.ai.router.outcome import Outcome

HARD, EASY = "prove the theorem of {} by induction", "what is the capital of {}"


def drawn(random: Random, count: int) -> list[Scored]:
    """The router knows P(weak is right) up to noise; the strong model is right nine times of ten."""
    scored = []
    for _ in range(count):
        skill = random.random() ** 0.5
        outcome = Outcome([], float(random.random() < skill), float(random.random() < 0.9), 100, 1000)
        scored.append(Scored(min(1.0, max(0.0, skill + random.gauss(0.0, 0.15))), outcome))
    return scored


def worded(random: Random, count: int) -> list[Outcome]:
    """The weak model fails at hard prompts (three times of four) and seldom at easy ones."""
    found = []
    for _ in range(count):
        hard = random.random() < 0.5
        text = (HARD if hard else EASY).format("".join(random.choices("abcdefghij", k=5)))
        found.append(Outcome(features(text).vector, float(random.random() > (0.75 if hard else 0.1)), 1.0, 100, 1000))
    return found
