"""Syllables of English words: CMUdict's first pronunciation, else the parts that a word may be hyphenated into.

Liang, Word Hy-phen-a-tion by Com-put-er (1983); two letters stay together at either end.
"""

from __future__ import annotations

from functools import lru_cache

from shared_layer.readability.tables import Tables, tables


@lru_cache(maxsize=20_000)
def syllables_of(word: str) -> int:
    """How many syllables a word in lower case has; none has what holds no vowel, such as `mmmm`."""
    found = tables()
    counted = found.syllables.get(word)
    return hyphenated(word, found) + 1 if counted is None else counted


def hyphenated(word: str, found: Tables) -> int:
    """At how many places the patterns allow a word to be broken."""
    pointed = f".{word}."
    values = [0] * (len(pointed) + 1)
    patterns, longest = found.patterns, found.longest
    for start in range(len(pointed) - 1):
        for end in range(start + 1, min(start + longest, len(pointed)) + 1):
            pattern = patterns.get(pointed[start:end])
            if pattern is not None:
                offset = start + pattern[0]
                for position, value in enumerate(pattern[1], start=offset):
                    values[position] = max(value, values[position])
    return sum(value % 2 for value in values[3 : len(word)])
