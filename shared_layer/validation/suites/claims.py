"""Is it true to its sources: numbers and quotations that none of the cited passages bears out.

A number is borne out by an equal one (whatever it is written like: 1.2 million, 1,200,000), or by one that rounds to
it. A quotation of four words or more must stand in one source word for word; … may leave something out. Numbers up to
twelve without a unit are taken for wording ("7 ways to …").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from shared_layer.validation.judge import Judge
from shared_layer.validation.material import Material
from shared_layer.validation.suites.personal_data import found_in

_NUMBER: Final = re.compile(
    r"(?<![\w.,/#-])(?P<money>[$€£]\s?)?(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:\s?(?P<unit>%|percent\b|per cent\b|million\b|billion\b|thousand\b|[mM]n?\b|[bB]n\b|[kK]\b))?"
    r"(?![\w/]|[.,]\d|-\d)"
)
_QUOTE: Final = re.compile(r"[“\"„«»]([^“”\"„«»\n]{12,600})[”\"“«»]")
_FACTORS: Final = {"t": 1000, "k": 1000, "m": 1_000_000, "b": 1_000_000_000}
_WORD: Final = re.compile(r"\w+(?:['’]\w+)*")
WORDING: Final = 12
QUOTED_WORDS: Final = 4


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text. `step` is what its last digit is worth: 1.2 million is exact to 100,000."""

    start: int
    end: int
    value: Decimal
    step: Decimal
    percent: bool
    plain: bool


def check(material: Material, judge: Judge) -> None:
    """Say which numbers and quotations no source bears out; with no source at all, that there is none."""
    if not material.sources:
        count = sum(1 for passage in material.passages for _ in _claims(passage.text))
        if count:
            reason = f"The text has {count} numbers and quotations, and cites no source."
            judge.say("claims.uncited", reason, "Add the passages that bear them out under sources.")
        return
    known = [number for source in material.sources for number in numbers_in(source.quote)]
    texts = [_words(source.quote) for source in material.sources]
    for passage in material.passages:
        others = found_in(passage.text, judge.ruleset.phone_region)
        for number in numbers_in(passage.text):
            if any(one.start <= number.start < one.end for one in others):
                continue  # part of a telephone number, an account, an address
            if not number.plain and not any(bears_out(number, other) for other in known):
                reason = f"No cited source holds {passage.text[number.start : number.end]}."
                fix = "Correct it after the source, cite the source that holds it, or take it out."
                judge.point("claims.number_unsupported", passage, number.start, number.end, reason, fix)
        for start, end, quote in quotes_in(passage.text):
            if not any(_stands_in(quote, words) for words in texts):
                reason = "No cited source holds these words."
                fix = "Quote the source word for word, or say it without quotation marks."
                judge.point("claims.quote_unsupported", passage, start, end, reason, fix)


def numbers_in(text: str) -> Iterator[Number]:
    """The numbers of a text; parts of dates, versions and words are none."""
    for match in _NUMBER.finditer(text):
        digits, unit = match["digits"].replace(",", ""), (match["unit"] or "").lower()
        factor = _FACTORS.get(unit[:1], 1) if unit not in ("%", "percent", "per cent") else 1
        decimals = len(digits.partition(".")[2])
        value, step = Decimal(digits) * factor, Decimal(1).scaleb(-decimals) * factor
        percent = unit in ("%", "percent", "per cent")
        wording = not unit and not match["money"] and not decimals and value <= WORDING
        yield Number(match.start(), match.end(), value, step, percent, wording)


def bears_out(claim: Number, source: Number) -> bool:
    """Whether a source's number is the claim's, or rounds to it."""
    return claim.percent == source.percent and abs(claim.value - source.value) * 2 <= (
        claim.step if source.step < claim.step else Decimal(0)
    )


def quotes_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Quotations of at least four words."""
    for match in _QUOTE.finditer(text):
        if len(_WORD.findall(match[1])) >= QUOTED_WORDS:
            yield match.start(), match.end(), match[1]


def _claims(text: str) -> Iterator[object]:
    yield from (number for number in numbers_in(text) if not number.plain)
    yield from quotes_in(text)


def _stands_in(quote: str, words: Sequence[str]) -> bool:
    """Whether the parts of a quotation stand in a source, one behind another."""
    at = 0
    for part in re.split(r"\[?(?:…|\.\.\.)\]?", quote):
        asked = _words(part)
        places = (
            place for place in range(at, len(words) - len(asked) + 1) if words[place : place + len(asked)] == asked
        )
        found = next(places, None)
        if found is None:
            return False
        at = found + len(asked)
    return True


def _words(text: str) -> list[str]:
    return [word.casefold().replace("’", "'") for word in _WORD.findall(text)]
