"""A prompt as a sparse vector: the measures of its shape, and its words and pairs of words hashed into buckets.

The words of the options are there once more, by themselves: what is to be chosen from says more of how hard a question
is than what is asked. Each of the two halves has length 1 whatever the prompt's length is. Hashing is CRC-32, the same
on every machine and in every process (Weinberger et al. 2009, "Feature hashing for large scale multitask learning").
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from zlib import crc32

from shared_layer.ai.router.shape import TRAITS, read

SHAPE: Final = len(TRAITS)
BUCKETS: Final = 1 << 16
SLOTS: Final = SHAPE + BUCKETS
MEANING: Final = 384
"""The numbers of an embedding; their slots come after all others."""
_WEIGHT: Final = 1.2
"""The length of an embedding, beside the two halves of words of length 1."""
_READ: Final = 6_000
"""Characters read from each end of a longer prompt: the task is usually said there, and the time stays bounded."""
_TOKEN: Final = re.compile(r"[a-z]+(?:'[a-z]+)?|[^\W_a-z]+|[^\s\w]|_+")
_LAST_CUE: Final = re.compile(r"\s*\bAnswer:\s*$")
_OPTION_MARK: Final = "option: "

Vector = list[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Features:
    """`vector` holds (slot, value); the first SHAPE entries are the traits' measures, in their order."""

    vector: Vector
    grams: tuple[str, ...]
    """The words and pairs behind the entries after the shape's."""


def tokens_of(text: str) -> list[str]:
    """Lower-case words, numbers (all as `#`) and single signs."""
    return ["#" if token[0].isdigit() else token for token in _TOKEN.findall(text.lower())]


def features(text: str, meaning: Callable[[str], Sequence[float]] | None = None) -> Features:
    """What the router sees of a prompt; with `meaning`, also what that says of it."""
    text = _LAST_CUE.sub("", text if len(text) <= 2 * _READ else f"{text[:_READ]}\n{text[-_READ:]}")
    tokens = tokens_of(text)
    reading = read(text, tokens)
    vector = [(n, float(trait.measure(reading))) for n, trait in enumerate(TRAITS)]
    counts = _counted(tokens, "")
    vector += _hashed(counts)
    if reading.options:
        offered = _counted(tokens_of("\n".join(reading.options)), _OPTION_MARK)
        vector += _hashed(offered)
        counts |= offered
    if meaning is not None:
        vector += [(SLOTS + n, _WEIGHT * value) for n, value in enumerate(meaning(text))]
    return Features(vector, tuple(counts))


def meant(vector: Vector) -> bool:
    """Whether a prompt's meaning is in its vector."""
    return vector[-1][0] >= SLOTS


def without_meaning(vector: Vector) -> Vector:
    """The vector as a router sees it that knows nothing of meanings."""
    return vector[:-MEANING] if meant(vector) else vector


def _counted(tokens: list[str], mark: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for gram in (*tokens, *map(" ".join, pairwise(tokens))):
        name = mark + gram
        counts[name] = counts.get(name, 0) + 1
    return counts


def _hashed(counts: dict[str, int]) -> Vector:
    values = [1.0 if count == 1 else 1.0 + math.log(count) for count in counts.values()]
    length = math.sqrt(sum([value * value for value in values])) or 1.0
    hashes = map(crc32, "\n".join(counts).encode("utf-8", "surrogatepass").split(b"\n")) if counts else ()
    return [(SHAPE + hashed % BUCKETS, value / length) for hashed, value in zip(hashes, values, strict=True)]


def pack_vector(vector: Vector) -> bytes:
    """The vector for a store: eight bytes an entry."""
    slots, values = array("I"), array("f")
    for slot, value in vector:
        slots.append(slot)
        values.append(value)
    return slots.tobytes() + values.tobytes()


def unpack_vector(content: bytes) -> Vector:
    """What `pack_vector` kept."""
    half = len(content) // 2
    slots, values = array("I"), array("f")
    slots.frombytes(content[:half])
    values.frombytes(content[half:])
    return list(zip(slots, values, strict=True))
