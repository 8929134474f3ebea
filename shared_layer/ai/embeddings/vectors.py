"""How near two texts are: as vectors, and in what must be the same whatever the vectors say."""

from __future__ import annotations

import math
import re
from array import array
from typing import Final

_FACT: Final = re.compile(
    r"\d+(?:[.,:/]\d+)*|\"[^\"]+\"|'[^']{2,}'|\b(?:not?|never|without|except|un\w+|non|nor|neither)\b|n't\b"
    r"|\b(?:more|less|fewer|before|after|above|below|most|least|first|last|min\w*|max\w*|best|worst)\b",
    re.I,
)
_NAME: Final = re.compile(r"(?<=[^.!?\s]\s)[A-Z]\w+")


def facts_of(text: str) -> tuple[str, ...]:
    """What must be the same in two questions for one answer to do: numbers, quotations, negations, names, in order."""
    return (*(found.lower() for found in _FACT.findall(text)), *_NAME.findall(text))


def cosine(one: array[float], other: array[float]) -> float:
    """The cosine of two vectors; 0 where they are of different models."""
    if len(one) != len(other):
        return 0.0
    lengths = math.sqrt(sum(a * a for a in one)) * math.sqrt(sum(b * b for b in other))
    return sum(map(float.__mul__, one, other)) / lengths if lengths else 0.0
