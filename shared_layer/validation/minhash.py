"""MinHash: how many three-word sequences two texts share, guessed from 126 numbers each (Broder, 1997).

Bands of three numbers (locality-sensitive hashing) are the keys that a text is found by: of texts that share half of
their sequences 99.6 % share a band, of those that share a tenth 4 %.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b
from struct import unpack
from typing import Final

SHINGLE: Final = 3
BANDS: Final = 42
ROWS: Final = 3
SIZE: Final = BANDS * ROWS
_WORD: Final = re.compile(r"\w+")
_SALTS: Final = [bytes([number]) * 8 for number in range(-(-SIZE // 16))]
Signature = tuple[int, ...]


def shingles(text: str) -> set[str]:
    """The sequences of three words; of a shorter text its words as one."""
    words = _WORD.findall(text.casefold())
    count = max(1, len(words) - SHINGLE + 1)
    return {" ".join(words[at : at + SHINGLE]) for at in range(count)} if words else set()


def signature(found: set[str]) -> Signature:
    """The least of 126 hashes over the sequences; empty for no sequence."""
    least: list[int] = []
    for salt in _SALTS:
        rows = [unpack("<16I", blake2b(one.encode(), digest_size=64, salt=salt).digest()) for one in found]
        least += map(min, zip(*rows, strict=True)) if rows else []
    return tuple(least[:SIZE])


def bands(signed: Signature) -> list[str]:
    """The 42 keys of a signature."""
    parts = (signed[at : at + ROWS] for at in range(0, len(signed), ROWS))
    return [f"{number:02d}-{_key(part)}" for number, part in enumerate(parts)]


def _key(part: Sequence[int]) -> str:
    return blake2b(b"".join(number.to_bytes(4, "little") for number in part), digest_size=10).hexdigest()


def guessed(one: Signature, other: Signature) -> float:
    """The Jaccard similarity that two signatures tell of, ± .045 (one standard deviation)."""
    return sum(map(int.__eq__, one, other)) / SIZE if one and other else 0.0


def jaccard(one: set[str], other: set[str]) -> float:
    """The share of common sequences, exactly."""
    return len(one & other) / len(one | other) if one or other else 0.0
