"""Deterministic vectors where no embedding model is configured: texts with words in common are near each other."""

from __future__ import annotations

import hashlib
import math
import re
from typing import Final

DIMENSIONS: Final = 384
_WORD: Final = re.compile(r"\w+")


def mock_vector(text: str, dimensions: int = DIMENSIONS) -> list[float]:
    """A unit vector: each word adds to eight slots that its hash names (the hashing trick)."""
    vector = [0.0] * dimensions
    for word in _WORD.findall(text.lower()) or [text]:
        digest = hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()
        for place in range(0, 32, 4):
            slot = int.from_bytes(digest[place : place + 3], "big") % dimensions
            vector[slot] += 1.0 if digest[place + 3] & 1 else -1.0
    length = math.sqrt(sum(value * value for value in vector))
    if not length:
        vector[0] = length = 1.0
    return [value / length for value in vector]
