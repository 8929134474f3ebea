"""The final answer in a model's text, so that two texts can be compared."""

from __future__ import annotations

import re
from typing import Final

_NUMBER: Final = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?")
_LETTER: Final = re.compile(r"(?:answer(?: is)?:?\s*|^\s*)\(?\**([A-Ja-j])\**(?:[).:,\s]|$)", re.IGNORECASE)
_READ: Final = 2_000


def last_number(text: str) -> float | None:
    """The last number of a text's end; thousands may be set off by commas."""
    found = _NUMBER.findall(text[-_READ:])
    return float(found[-1].replace(",", "")) if found else None


def final_answer(text: str) -> str:
    """An option's letter, else the last number, else the text itself without case, spaces and full stops."""
    end = text[-_READ:]
    if letters := _LETTER.findall(end):
        return str(letters[-1]).upper()
    number = last_number(end)
    if number is not None:
        return f"{number:g}"
    return " ".join(end.casefold().split()).strip(" .!")
