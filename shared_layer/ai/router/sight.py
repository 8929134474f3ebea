"""How a prompt's shape looks from a set of landmarks: prompts of the training that others are compared with.

A Gaussian kernel between the prompt's standardised traits and each landmark's (Williams & Seeger 2001, "Using the
Nyström method to speed up kernel machines"). What resembles nothing that was learned from is near no landmark, and
everything that is predicted from the resemblance falls back to the mean there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import mul
from random import Random
from typing import Final

from shared_layer.ai.router.features import SHAPE, Vector

LANDMARKS: Final = 128
CLIP: Final = 3.0
"""Standard deviations beyond which a trait is as far out as can be."""
_GAMMA: Final = 1.0 / (2.0 * 1.5**2 * SHAPE / 4.0)
_NEAREST: Final = 3
_BYTE: Final = 127

Shape = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Sight:
    """`means` and `deviations` standardise the traits; `marks` are the landmarks, standardised. `least` and `most` are
    between what the traits of all the training's prompts lie."""

    means: Shape
    deviations: Shape
    least: Shape
    most: Shape
    marks: tuple[Shape, ...]
    squares: Shape = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "squares", tuple(sum(map(mul, mark, mark)) for mark in self.marks))

    def standardised(self, vector: Vector) -> list[float]:
        """The traits of a prompt, each -CLIP to CLIP."""
        shape = vector[:SHAPE]
        scaled = zip(shape, self.means, self.deviations, strict=True)
        return [max(-CLIP, min(CLIP, (value - mean) / deviation)) for (_, value), mean, deviation in scaled]

    def standard(self, trait: int, measure: float) -> float:
        """One trait's measure, -CLIP to CLIP."""
        return max(-CLIP, min(CLIP, (measure - self.means[trait]) / self.deviations[trait]))

    def met(self, vector: Vector) -> bool:
        """Whether no trait is beyond what training met: where all had options, a prompt without is of another kind."""
        bounds = zip(vector[:SHAPE], self.least, self.most, strict=True)
        return all(least <= value <= most for (_, value), least, most in bounds)

    def look(self, vector: Vector) -> list[float]:
        """The resemblance to each landmark, 0 to 1."""
        return self.near(self.standardised(vector))

    def near(self, shape: Sequence[float]) -> list[float]:
        """The same for a standardised shape."""
        own = sum(map(mul, shape, shape))
        exp = math.exp
        pairs = zip(self.marks, self.squares, strict=True)
        return [exp(_GAMMA * (2.0 * sum(map(mul, mark, shape)) - own - square)) for mark, square in pairs]

    def without(self, vector: Vector) -> list[list[float]]:
        """For each trait, the resemblances if it alone were of the usual measure."""
        shape = self.standardised(vector)
        return [self.near([*shape[:n], 0.0, *shape[n + 1 :]]) for n in range(len(shape))]


def familiarity(resemblances: Sequence[float]) -> float:
    """How like training's nearest landmarks a prompt is, 0 to 1."""
    nearest = sorted(resemblances)[-_NEAREST:]
    return sum(nearest) / len(nearest) if nearest else 0.0


def sight_of(rows: Sequence[Vector]) -> Sight:
    """Landmarks among `rows`, by chance; kept to a byte a trait. The same rows in the same order give the same ones."""
    columns = list(zip(*([value for _, value in row[:SHAPE]] for row in rows), strict=True))
    means = tuple(_digits(math.fsum(column) / len(rows)) for column in columns)
    spreads = [math.fsum((value - mean) ** 2 for value in column) for column, mean in zip(columns, means, strict=True)]
    deviations = tuple(_digits(math.sqrt(spread / len(rows))) or 1.0 for spread in spreads)
    least, most = (tuple(_digits(edge(column)) for column in columns) for edge in (min, max))
    blind = Sight(means, deviations, least, most, ())
    picked = Random(1).sample(range(len(rows)), min(LANDMARKS, len(rows)))  # noqa: S311  landmarks, not a secret
    return replace(blind, marks=tuple(from_bytes(to_bytes(blind.standardised(rows[n]))) for n in picked))


def to_bytes(shape: Sequence[float]) -> bytes:
    """A standardised shape, a byte a trait."""
    return bytes(round(value / CLIP * _BYTE) & 0xFF for value in shape)


def from_bytes(content: bytes) -> Shape:
    """What `to_bytes` kept."""
    return tuple((byte - 256 if byte > _BYTE else byte) * CLIP / _BYTE for byte in content)


def _digits(number: float) -> float:
    return float(f"{number:.7g}")
