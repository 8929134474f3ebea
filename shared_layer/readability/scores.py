"""The readability formulas, each equal to textstat 0.7.13's (tests/data/readability holds its answers).

    flesch_reading_ease   R. Flesch, A new readability yardstick, Journal of Applied Psychology 32 (1948)
    flesch_kincaid_grade  Kincaid, Fishburne, Rogers and Chissom, Research Branch Report 8-75, US Navy (1975)
    gunning_fog           R. Gunning, The Technique of Clear Writing (1952)
    smog_index            G. H. McLaughlin, SMOG grading, Journal of Reading 12 (1969)
    coleman_liau_index    Coleman and Liau, Journal of Applied Psychology 60 (1975)
    automated_index       Smith and Senter, AMRL-TR-66-220, US Air Force (1967)
    dale_chall            Dale and Chall, A formula for predicting readability, Educational Research Bulletin 27 (1948)

Words and sentences are counted as textstat counts them: a sentence of one or two words is none, a hyphenated word is
one, an apostrophe stays only in a contraction. English only.
"""

from __future__ import annotations

import math
import re
from typing import Annotated, Final

from pydantic import Field, PlainSerializer

from shared_layer.core.models import Model
from shared_layer.readability.syllables import syllables_of
from shared_layer.readability.tables import tables

_NOT_CONTRACTED: Final = re.compile(r"'(?![tsd]|ve|ll|re)")
_PUNCTUATION: Final = re.compile(r"[^\w\s']")
_SIGNS: Final = re.compile(r"[^\w]")
_SPACE: Final = re.compile(r"\s")
_SENTENCE: Final = re.compile(r"\b[^.!?]+[.!?]*")


def _told(score: float) -> float:
    return round(score, 2)


Score = Annotated[float, PlainSerializer(_told)]
"""Exact, and told with two decimals: nobody reads more out of a text."""


class Readability(Model):
    """A text in numbers. Grades are years of school in the United States; reading ease is 0 (hard) to 100 (easy)."""

    words: int
    sentences: int
    syllables: int
    flesch_reading_ease: Score
    flesch_kincaid_grade: Score
    gunning_fog: Score
    smog_index: Score
    coleman_liau_index: Score
    automated_index: Score = Field(description="The Automated Readability Index.")
    dale_chall: Score
    reading_minutes: float = Field(description="At 238 words a minute (Brysbaert 2019).")


def words_in(text: str) -> list[str]:
    """The words as the formulas count them."""
    return _PUNCTUATION.sub("", _NOT_CONTRACTED.sub("", text)).split()


def sentences_in(text: str) -> int:
    """How many sentences: at least one, where there is any text."""
    found = _SENTENCE.findall(text)
    return max(1, sum(len(words_in(sentence)) > 2 for sentence in found)) if text else 0


def readability_of(text: str) -> Readability:
    """Every score of a text; all 0 where it has no word."""
    words, sentences = words_in(text), sentences_in(text)
    counts = [syllables_of(word.lower()) for word in words]
    total, syllables = len(words), sum(counts)
    if not total:
        return Readability(**dict.fromkeys(Readability.model_fields, 0))
    easy = tables().easy
    unknown = [count for word, count in zip(words, counts, strict=True) if word.lower() not in easy]
    length, letters = total / sentences, len(_SIGNS.sub("", text)) / total
    difficult = 100 * len(unknown) / total
    return Readability(
        words=total,
        sentences=sentences,
        syllables=syllables,
        flesch_reading_ease=206.835 - 1.015 * length - 84.6 * (syllables / total) if syllables else 0.0,
        flesch_kincaid_grade=(0.39 * length) + (11.8 * (syllables / total)) - 15.59 if syllables else 0.0,
        gunning_fog=0.4 * (length + 100 * sum(count >= 3 for count in unknown) / total),
        smog_index=1.043 * math.sqrt(30 * (sum(count >= 3 for count in counts) / sentences)) + 3.1291,
        coleman_liau_index=(0.058 * (letters * 100)) - (0.296 * (sentences / total * 100)) - 15.8 if letters else 0.0,
        automated_index=(4.71 * (len(_SPACE.sub("", text)) / len(text.split()))) + (0.5 * length) - 21.43,
        dale_chall=(0.1579 * difficult) + (0.0496 * length) + (3.6365 if difficult > 5 else 0.0),
        reading_minutes=round(total / 238, 2),
    )
