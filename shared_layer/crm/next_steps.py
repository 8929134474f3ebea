"""What in a message or a mail may be worth a task: a question that waits for an answer, a promise that is to be kept.

Plain rules, so that the same text says the same each time; a wrong suggestion costs a glance, so each needs a sign.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["question", "commitment"]
TITLE_LENGTH: Final = 120

_SENTENCE: Final = re.compile(r"[^.!?\n]+[.!?]*")
_ASKING: Final = re.compile(
    r"^(can|could|would|will|do|does|did|is|are|was|have|has|should|may|shall|when|where|who|what|which|why|how|any)\b",
    re.IGNORECASE,
)
_REQUEST: Final = re.compile(r"\b(can|could|would) (you|we|someone|somebody)\b|\bplease\b", re.IGNORECASE)
_PROMISE: Final = re.compile(
    r"\b(i|we)(['’]ll| will| am going to|['’]m going to| shall)\b(?! (not|never|be out)\b)|\blet me\b(?! know\b)",
    re.IGNORECASE,
)
_SMALL: Final = re.compile(r"^(how are you|what['’]s up|lunch|you know|right|ok|okay|really)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What may be a task, in the author's own words."""

    kind: Kind
    title: str


def suggested(text: str) -> Suggestion | None:
    """The first question or promise of a plain text; None where it holds neither."""
    for sentence in (found.strip() for found in _SENTENCE.findall(text)):
        words = sentence.split()
        if len(words) < 3 or _SMALL.match(sentence):
            continue
        if sentence.endswith("?") or (_REQUEST.search(sentence) and _ASKING.match(sentence)):
            return Suggestion("question", _title(sentence))
        if _PROMISE.search(sentence):
            return Suggestion("commitment", _title(sentence))
    return None


def _title(sentence: str) -> str:
    return sentence if len(sentence) <= TITLE_LENGTH else sentence[: TITLE_LENGTH - 2].rstrip() + " …"
