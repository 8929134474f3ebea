"""The tables under the formulas, unpacked when they are first asked for (a tenth of a second).

    hyphenation  Liang's patterns for American English, as the Hyphen library distributes them (hyph_en_US.dic)
    syllables    the words of CMUdict 0.7a whose count the patterns do not give: the others need not be kept
    easy         the 2,950 words of Dale and Chall that a fourth-grader knows, as textstat has them

`python -m infra.readability_tables` packs them; TABLES_LICENSE holds the credit and the terms of each.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).with_name("tables.bin")


@dataclass(frozen=True, slots=True)
class Tables:
    """`patterns`: letters → (offset, values); `syllables`: word → count; `easy`: words."""

    patterns: dict[str, tuple[int, tuple[int, ...]]]
    longest: int
    syllables: dict[str, int]
    easy: frozenset[str]


@cache
def tables() -> Tables:
    """The tables of this process."""
    hyphenation, counted, easy = zlib.decompress(_FILE.read_bytes()).decode().split("\n\n")
    patterns = dict(map(read_pattern, hyphenation.split("\n")))
    syllables: dict[str, int] = {}
    for line in counted.split("\n"):
        count, _, words = line.partition(" ")
        syllables |= dict.fromkeys(words.split(" "), int(count))
    return Tables(patterns, max(map(len, patterns)), syllables, frozenset(easy.split("\n")))


def read_pattern(pattern: str) -> tuple[str, tuple[int, tuple[int, ...]]]:
    """A pattern such as `.ad4der`: its letters, and the values between them from the first one that is not 0."""
    letters, values = "", [0]
    for sign in pattern:
        if sign.isdigit():
            values[-1] = int(sign)
        else:
            letters += sign
            values.append(0)
    start = next(position for position, value in enumerate(values) if value)
    end = len(values) - next(position for position, value in enumerate(reversed(values)) if value)
    return letters, (start, tuple(values[start:end]))
