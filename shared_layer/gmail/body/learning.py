"""The weights that make the annotated signatures likeliest: gradient ascent with a Gaussian prior, in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared_layer.gmail.body.model import candidates, probabilities
from shared_layer.gmail.body.traits import last_lines, names_of

ROUNDS: Final = 200
PRIOR: Final = 0.02
RATE: Final = 0.5

EXPECTED: Final[dict[str, float]] = {
    "contact": 1.5,
    "phone": 1.0,
    "extension": 1.5,
    "email": 1.0,
    "url": 0.5,
    "place": 1.5,
    "role": 0.8,
    "firm": 0.8,
    "only_name": 1.5,
    "name_like": 0.3,
    "closing": 0.8,
    "device": 2.0,
    "after_closing": 0.8,
    "signs_name": 1.0,
    "start_rule": 2.0,
    "start_closing": 1.0,
    "addressed": -1.0,
    "stop": -1.0,
    "words_11": -0.7,
    "words_more": -1.5,
    "listed": -0.8,
    "greeting": -2.0,
    "code": -0.5,
    "postscript": -1.5,
    "lower_start": -0.5,
    "whole_body": -2.0,
    "closing_alone": -2.0,
    "left_closing": -1.0,
    "long_without_contact": -4.0,
}
"""What the traits are worth by general knowledge: long signatures are rare in the annotated mail, and learned weights
stay near these where it says little.
"""


@dataclass(frozen=True, slots=True)
class Annotated:
    """A body by lines, which of them are the signature's, and the sender as the header names him."""

    lines: tuple[str, ...]
    marked: tuple[bool, ...]
    sender: str


def learn(mails: Sequence[Annotated]) -> dict[str, float]:
    """Weights by trait; the same for the same mails, on every machine."""
    examples: list[tuple[list[Counter[str]], int]] = []
    for mail in mails:
        lines = last_lines(mail.lines)
        if lines:
            starts = [index for index, line in enumerate(lines) if mail.marked[line.number]]
            examples.append((candidates(lines, names_of(mail.sender)), starts[0] if starts else len(lines)))
    weights: dict[str, float] = dict(EXPECTED)
    squares: dict[str, float] = {}
    for _ in range(ROUNDS):
        slope: defaultdict[str, float] = defaultdict(float)
        for found, right in examples:
            likely = probabilities(found, weights)
            for trait, count in found[right].items():
                slope[trait] += count
            for traits, chance in zip(found, likely, strict=True):
                if chance > 1e-9:
                    for trait, count in traits.items():
                        slope[trait] -= chance * count
        for trait, ascent in slope.items():
            apart = weights.get(trait, 0.0) - EXPECTED.get(trait, 0.0)
            step = ascent / len(examples) - PRIOR / 10 * apart
            squares[trait] = squares.get(trait, 0.0) + step * step
            weights[trait] = weights.get(trait, 0.0) + RATE * step / (squares[trait] ** 0.5 + 1e-8)
    return {trait: round(weight, 4) for trait, weight in sorted(weights.items())}
