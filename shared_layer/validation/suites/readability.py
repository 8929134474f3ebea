"""Is it hard to read: the text as a whole, its longest sentences, its longest paragraphs. English only.

Sentences of more than 20 words and paragraphs of more than 150 are where Yoast's analysis begins to warn:
https://yoast.com/features/readability-analysis/
"""

from __future__ import annotations

import re
from typing import Final

from shared_layer.readability.scores import Readability, readability_of
from shared_layer.validation.judge import Judge
from shared_layer.validation.material import Material

WORDS_AT_LEAST: Final = 50
"""Below this the formulas say little."""

_SENTENCE: Final = re.compile(r"[^.!?\n]+(?:[.!?](?!\s|$)[^.!?\n]*)*[.!?]*")


def check(material: Material, judge: Judge) -> Readability | None:
    """Say what is hard to read; answers the scores, None for a text that is not English."""
    for passage in material.passages:
        for match in _SENTENCE.finditer(passage.text):
            words = len(match[0].split())
            if words > judge.ruleset.max_sentence_words:
                judge.point(
                    "readability.long_sentence", passage, match.start(), match.end(),
                    f"This sentence has {words} words.", "Make two or three of it.",
                )  # fmt: skip
        for match in re.finditer(r"[^\n]+", passage.text):
            words = len(match[0].split())
            if words > judge.ruleset.max_paragraph_words:
                judge.point(
                    "readability.long_paragraph", passage, match.start(), match.end(),
                    f"This paragraph has {words} words.", "Begin a new one where the thought turns.",
                )  # fmt: skip
    if not material.locale.startswith("en"):
        return None
    scores = readability_of(material.sentences)
    least = judge.ruleset.min_reading_ease
    if scores.words >= WORDS_AT_LEAST and scores.flesch_reading_ease < least:
        judge.say(
            "readability.hard_text",
            f"Reading ease is {scores.flesch_reading_ease:.0f} where {least:g} is asked for; "
            f"readers need {max(0.0, scores.flesch_kincaid_grade):.0f} years of school.",
            "Use shorter words, and sentences of 15 to 20 words.",
        )
    return scores
