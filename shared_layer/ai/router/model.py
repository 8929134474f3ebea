"""The classifier: weights of one byte each, packed into a file of its own."""

from __future__ import annotations

import hashlib
import json
import math
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

from shared_layer.ai.router.features import SHAPE, SLOTS, Vector
from shared_layer.ai.router.shape import TRAITS

PACKAGED: Final = Path(__file__).with_name("weights.bin")


@dataclass(frozen=True, slots=True)
class Head:
    """One linear prediction. `weights` are whole numbers from -127 to 127: times `shape_scale` in the first SHAPE
    slots, times `word_scale` in the others."""

    weights: array[int]
    shape_scale: float
    word_scale: float
    intercept: float

    def predict(self, vector: Vector) -> float:
        """The prediction for a prompt's vector."""
        weights, shape, words = self.weights, 0.0, 0.0
        for slot, value in vector:
            if slot < SHAPE:
                shape += weights[slot] * value
            else:
                words += weights[slot] * value
        return self.intercept + shape * self.shape_scale + words * self.word_scale

    def weight(self, slot: int) -> float:
        """A slot's weight as it counts."""
        return self.weights[slot] * (self.shape_scale if slot < SHAPE else self.word_scale)


@dataclass(frozen=True, slots=True)
class Router:
    """Predicts how badly the weak and the strong model will fail, from that the strong one's gain, and from that
    P(weak is good enough).

    Where the weak model fails carries over to prompts of other kinds; where the strong one fails does not. So the
    second counts `belief` times as much, and if `cautious` only as far as the prompt's shape is familiar; else the
    `usual` rate stands for it. Familiarity is the cosine with the mean shape of training (`typical`); `trusted` holds
    where trust begins and where it is whole. `slope` and `offset` turn a gain into a probability (Platt 1999).
    `digest` tells one router from another: a calibration belongs to one.
    """

    weak_fails: Head
    strong_fails: Head
    usual: float
    belief: float
    cautious: bool
    trusted: tuple[float, float]
    slope: float
    offset: float
    typical: tuple[float, ...]
    digest: str = ""

    def gain(self, vector: Vector) -> float:
        """The predicted gain of asking the strong model, about -1 to 1."""
        trust = self.belief * self.trust(vector)
        strong_fails = self.strong_fails.predict(vector) if trust else 0.0
        return self.weak_fails.predict(vector) - self.usual - trust * (strong_fails - self.usual)

    def trust(self, vector: Vector) -> float:
        """How far a prediction of the strong model's failure holds: 1, or if `cautious` 0 for a kind never met."""
        if not self.cautious:
            return 1.0
        start, whole = self.trusted
        if not self.met(vector):
            return 0.0
        return min(1.0, max(0.0, (self.familiarity(vector) - start) / (whole - start)))

    def familiar(self, vector: Vector) -> bool:
        """Whether the prompt is of a kind that training had."""
        return self.met(vector) and self.familiarity(vector) >= self.trusted[1]

    def probability(self, gain: float) -> float:
        """P(weak is good enough) for a predicted gain; the greater the gain, the smaller."""
        return 1.0 / (1.0 + math.exp(min(700.0, max(-700.0, self.offset + self.slope * gain))))

    def familiarity(self, vector: Vector) -> float:
        """How like training's the prompt's shape is, 0 to 1, whatever it is about."""
        typical = self.typical
        return sum([typical[slot] * value for slot, value in vector[: len(TRAITS)]])

    def met(self, vector: Vector) -> bool:
        """Whether training had prompts (more than one of some 600) on every step on which this prompt's shape is."""
        return all(self.typical[slot] > 0.0 for slot, _ in vector[: len(TRAITS)])

    def packed(self) -> bytes:
        """The file: a line of JSON, then the compressed bytes of both heads' weights."""
        heads = {
            name: {key: getattr(head, key) for key in ("shape_scale", "word_scale", "intercept")}
            for name, head in (("weak_fails", self.weak_fails), ("strong_fails", self.strong_fails))
        }
        kept = {
            name: getattr(self, name)
            for name in ("usual", "belief", "cautious", "trusted", "slope", "offset", "typical")
        }
        head = heads | kept | {"slots": SLOTS, "format": 1}
        content = self.weak_fails.weights.tobytes() + self.strong_fails.weights.tobytes()
        return json.dumps(head, sort_keys=True).encode() + b"\n" + zlib.compress(content, 9)


def quantised(weights: Sequence[float], intercept: float) -> Head:
    """A head of these weights, each rounded to one of 255 steps of its half. Numbers are kept to nine digits."""
    shape, words = (_digits(max(map(abs, part)) / 127) or 1.0 for part in (weights[:SHAPE], weights[SHAPE:]))
    whole = [_byte(w / shape) for w in weights[:SHAPE]] + [_byte(w / words) for w in weights[SHAPE:]]
    return Head(array("b", whole), shape, words, _digits(intercept))


def unpacked(file: bytes) -> Router:
    """The router of a file that `packed` made. Raises ValueError for one of other features or another format."""
    line, _, rest = file.partition(b"\n")
    head = json.loads(line)
    if head["format"] != 1 or head["slots"] != SLOTS:
        raise ValueError("the weights belong to other features; train again: python -m infra.router_training")
    content = zlib.decompress(rest)
    heads = [
        Head(array("b", content[n * SLOTS : (n + 1) * SLOTS]), **head[name])
        for n, name in enumerate(("weak_fails", "strong_fails"))
    ]
    return Router(
        weak_fails=heads[0],
        strong_fails=heads[1],
        usual=head["usual"],
        belief=head["belief"],
        cautious=head["cautious"],
        trusted=(head["trusted"][0], head["trusted"][1]),
        slope=head["slope"],
        offset=head["offset"],
        typical=tuple(head["typical"]),
        digest=_digest(file),
    )


@cache
def packaged() -> Router:
    """The router that comes with the platform, read once."""
    return unpacked(PACKAGED.read_bytes())


def typical_shape(rows: Sequence[Vector]) -> tuple[float, ...]:
    """The mean shape of these vectors at length 1, each part kept to three digits."""
    total = [0.0] * SHAPE
    for row in rows:
        for slot, value in row[: len(TRAITS)]:
            total[slot] += value
    length = math.sqrt(sum(part * part for part in total)) or 1.0
    return tuple(round(part / length, 3) for part in total)


def sealed(router: Router) -> Router:
    """The router with the digest of its file."""
    return replace(router, digest=_digest(router.packed()))


def _digest(file: bytes) -> str:
    return hashlib.sha256(file).hexdigest()[:16]


def _byte(weight: float) -> int:
    return max(-127, min(127, round(weight)))


def _digits(number: float) -> float:
    return float(f"{number:.9g}")
