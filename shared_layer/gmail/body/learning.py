"""The weights that make the annotated signatures likeliest: gradient ascent with a Gaussian prior, in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared_layer.gmail.body.model import candidates, probabilities
from shared_layer.gmail.body.traits import last_lines, names_of

ROUNDS: Final = 400
PRIOR: Final = 0.02
RATE: Final = 0.5


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
    weights: dict[str, float] = {}
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
            step = ascent / len(examples) - PRIOR / 10 * weights.get(trait, 0.0)
            squares[trait] = squares.get(trait, 0.0) + step * step
            weights[trait] = weights.get(trait, 0.0) + RATE * step / (squares[trait] ** 0.5 + 1e-8)
    return {trait: round(weight, 4) for trait, weight in sorted(weights.items())}
