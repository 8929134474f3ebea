"""Where the signature begins: the best of all ends of a body, each scored by the traits of its lines.

A log-linear model over segmentations (a semi-Markov CRF with one segment; Sarawagi and Cohen, 2004): every possible
beginning among the last 15 lines, and "no signature", get the sum of the weights of their traits, and compete. The
weights are packaged; `python -m infra.signature_training` learns them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import orjson

from shared_layer.gmail.body.traits import Line, last_lines, names_of, start_traits, traits_of

PACKAGED: Final = Path(__file__).with_name("weights.json")
Weights = Mapping[str, float]


@cache
def packaged() -> Weights:
    """The weights that come with the code."""
    weights: Weights = orjson.loads(PACKAGED.read_bytes())
    return weights


def candidates(lines: Sequence[Line], names: frozenset[str]) -> list[Counter[str]]:
    """The counted traits of each possible signature, by the index of its first line; the last one is none at all."""
    found: list[Counter[str]] = [Counter()]
    inside: Counter[str] = Counter()
    for index in range(len(lines) - 1, -1, -1):
        inside = inside + Counter(traits_of(lines[index], index, lines, names))
        found.append(inside + Counter(start_traits(index, lines, names)))
    return found[::-1]


def probabilities(found: Sequence[Counter[str]], weights: Weights) -> list[float]:
    """How likely each candidate is; they sum to 1."""
    scores = [sum(weights.get(trait, 0.0) * count for trait, count in traits.items()) for traits in found]
    highest = max(scores)
    powers = [math.exp(value - highest) for value in scores]
    total = sum(powers)
    return [power / total for power in powers]


def signature_start(body: Sequence[str], sender: str, weights: Weights | None = None) -> int | None:
    """The number of the body's line with which its signature begins; None where there is none."""
    lines = last_lines(body)
    if not lines:
        return None
    likely = probabilities(candidates(lines, names_of(sender)), packaged() if weights is None else weights)
    best = max(range(len(likely)), key=likely.__getitem__)
    return lines[best].number if best < len(lines) else None
