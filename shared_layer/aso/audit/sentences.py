"""Texts as sentences."""

from __future__ import annotations

import re
from typing import Final

_ENDS: Final = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9À-Þ])|\n+")
_NO_ENDS: Final = re.compile(
    r"\b(?:mr|mrs|ms|dr|prof|st|vs|etc|e\.g|i\.e|inc|ltd|no|fig|approx|jr|sr|dept)\.$", re.IGNORECASE
)


def sentences_of(text: str) -> list[str]:
    """The sentences of a text; a line's end ends one, an abbreviation's dot does not."""
    found: list[str] = []
    for part in _ENDS.split(text):
        piece = part.strip()
        if not piece:
            continue
        if found and _NO_ENDS.search(found[-1]):
            found[-1] = f"{found[-1]} {piece}"
        else:
            found.append(piece)
    return found
