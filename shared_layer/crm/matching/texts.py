"""How alike two texts are: typing, OCR, hearing and splitting errors cost little, other texts share little."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_SEEN_AS: Final = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "8": "b", "6": "g", "2": "z", "q": "g"})
_SEEN_TOGETHER: Final = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("nn", "m"))
_HEARD: Final = (
    ("sch", "s"), ("tch", "c"), ("ph", "f"), ("gh", "g"), ("kn", "n"), ("wr", "r"), ("ck", "k"), ("sh", "s"),
    ("th", "t"), ("wh", "w"), ("dg", "j"), ("qu", "k"), ("ce", "s"), ("ci", "s"), ("cy", "s"), ("ge", "j"), ("gi", "j"),
)  # fmt: skip
_LIKE: Final = str.maketrans({"c": "k", "q": "k", "z": "s", "x": "k", "v": "f", "j": "g", "y": "i", "d": "t", "b": "p"})


_LETTERS: Final = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})
"""Letters that Unicode does not take apart into a plain one and an accent."""


def unaccented(text: str) -> str:
    """Lower case, without accents."""
    text = unicodedata.normalize("NFKD", text).casefold()
    return "".join(one for one in text if not unicodedata.combining(one)).translate(_LETTERS)


@lru_cache(maxsize=65_536)
def plain(text: str) -> str:
    """Lower case, without accents; everything that is no letter or digit is one space."""
    return " ".join(re.findall(r"[a-z0-9]+", unaccented(text)))


@lru_cache(maxsize=65_536)
def sound(text: str) -> str:
    """What a word sounds like, roughly: its first sound, then its consonants, none twice in a row."""
    word = plain(text).replace(" ", "")
    for spelled, heard in _HEARD:
        word = word.replace(spelled, heard)
    word = word.translate(_LIKE)
    first, rest = word[:1], re.sub(r"[aeiouhw]", "", word[1:])
    return re.sub(r"(.)\1+", r"\1", first + rest)[:5]


@lru_cache(maxsize=65_536)
def seen(text: str) -> str:
    """A text as a scanner might read it: what looks alike is one letter."""
    for letters, letter in _SEEN_TOGETHER:
        text = text.replace(letters, letter)
    return text.translate(_SEEN_AS)


@lru_cache(maxsize=262_144)
def alike(one: str, other: str) -> float:
    """0 to 1. Edits are counted with transpositions as one (optimal string alignment), spaces not at all."""
    from rapidfuzz.distance import OSA

    if one == other:
        return 1.0
    a, b = one.replace(" ", ""), other.replace(" ", "")
    if a == b or sorted(one.split()) == sorted(other.split()):
        return 0.99
    best = float(OSA.normalized_similarity(a, b))
    if best < 0.9 and seen(a) == seen(b):
        best = max(best, 0.9)
    if best < 0.85 and len(a) > 2 and len(b) > 2 and sound(one) == sound(other):
        best = max(best, 0.8)
    short, long = sorted((a, b), key=len)
    if best < 0.75 and len(short) >= 3 and long.startswith(short):
        best = max(best, 0.75)
    return best
