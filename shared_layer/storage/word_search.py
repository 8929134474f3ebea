"""What every search over an index of words has in common: words, phrases and -words, ranked candidates, a cursor.

What else may be asked, the operators, is each search's own.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import Field

from shared_layer.core.errors import InvalidRequest, ValidationFailed
from shared_layer.core.models import Model, empty_list
from shared_layer.storage.words import score, words_of

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncQuery

ASKED_AT_MOST: Final = 10
Item = TypeVar("Item")


class AskedWords(Model):
    """What every search can ask for: every word and phrase must be there, none of `without`; from when to when."""

    words: list[str] = Field(default_factory=empty_list)
    phrases: list[str] = Field(default_factory=empty_list)
    without: list[str] = Field(default_factory=empty_list)
    since: datetime | None = None
    until: datetime | None = None

    def add(self, part: str) -> None:
        """Ask for one more part of a search that is no operator: a word, a quoted phrase, or -word."""
        if part.startswith("-") and len(part) > 1:
            self.without += words_of(part[1:])
            return
        self.words = list(dict.fromkeys([*self.words, *words_of(part)]))[:ASKED_AT_MOST]
        if " " in part.strip():
            self.phrases.append(" ".join(words_of(part)))

    def fits(self, words: Sequence[str]) -> bool:
        """Whether a text of these words holds the phrases, and nothing that is ruled out."""
        joined = f" {' '.join(words)} "
        held = all(f" {phrase} " in joined for phrase in self.phrases)
        return held and not any(word in words for word in self.without)

    def narrowed(self, found: AsyncQuery, counted: Mapping[str, int]) -> AsyncQuery:
        """The query for what holds the rarest word asked for."""
        if not self.words:
            return found
        from google.cloud.firestore import FieldFilter

        rarest = min(self.words, key=lambda word: counted[word])
        return found.where(filter=FieldFilter("words", "array_contains", rarest))


def parts_of(text: str) -> list[str]:
    """The parts of a search, quoted ones whole. Raises ValidationFailed for an open quotation mark."""
    try:
        return shlex.split(text.replace("'", "’"), posix=True)
    except ValueError:
        raise ValidationFailed("A quotation mark is open. Close it.") from None


def ranked(
    candidates: Iterable[tuple[Item, list[str], Any]], asked: AskedWords, counted: Mapping[str, int], total: int
) -> list[Item]:
    """The best first, of candidates with their words and their place in time; among equals the newest."""
    most = max([total, *counted.values()])
    scored: list[tuple[float, Any, Item]] = []
    for item, words, moment in candidates:
        value = score(words, asked.words, counted, most) if asked.words else 1.0
        if value > 0 and asked.fits(words):
            scored.append((round(value, 6), moment, item))
    return [item for _, _, item in sorted(scored, key=itemgetter(0, 1), reverse=True)]


def read_start(cursor: str | None) -> int:
    """How many results were answered already. Raises InvalidRequest for a cursor that no search answered."""
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 6):
        raise InvalidRequest("The cursor is not one that this list answered. Start again without it.")
    return int(cursor)


def next_start(start: int, limit: int, found: Sequence[object]) -> str | None:
    """The cursor behind a page; None on the last one."""
    return str(start + limit) if start + limit < len(found) else None
