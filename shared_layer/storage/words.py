"""Full text over Firestore: the words of a text as they are indexed, and how well a text answers some words.

A document's field `words` holds its distinct words. A search asks for the documents with its rarest word, newest first,
and ranks at most `CANDIDATES` of them by BM25 (Robertson and Zaragoza, 2009; k1 = 1.2, b = 0.75).
"""

from __future__ import annotations

import asyncio
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncCollectionReference, AsyncQuery

CANDIDATES: Final = 400
WORDS_KEPT: Final = 300
USUAL_LENGTH: Final = 20.0
_WORD: Final = re.compile(r"\w+")
_UNSPACED: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def words_of(text: str) -> list[str]:
    """The words in order: case and accents folded, plain plurals as their singular, unspaced scripts in pairs."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    found: list[str] = []
    for word in _WORD.findall(plain.casefold()):
        if _UNSPACED.search(word):
            found += [word[at : at + 2] for at in range(max(1, len(word) - 1))]
        else:
            found.append(_singular(word[:40]))
    return found


def distinct_words(*texts: str) -> list[str]:
    """What is stored of a document's texts: each word once, in order, up to 300."""
    return list(dict.fromkeys(word for text in texts for word in words_of(text)))[:WORDS_KEPT]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


async def frequencies(documents: AsyncQuery | AsyncCollectionReference, words: Sequence[str]) -> dict[str, int]:
    """How many documents hold each word, counted by the store."""
    from google.cloud.firestore import FieldFilter

    async def count(word: str) -> int:
        found = documents.where(filter=FieldFilter("words", "array_contains", word))
        [[counted]] = await found.count().get()
        return int(counted.value)

    return dict(zip(words, await asyncio.gather(*[count(word) for word in words]), strict=True))


def score(text: Sequence[str], asked: Sequence[str], found: Mapping[str, int], total: int) -> float:
    """BM25 of one text's words for the words asked; 0 where a word of them is missing."""
    counted = Counter(text)
    if any(word not in counted for word in asked):
        return 0.0
    norm = 1.2 * (0.25 + 0.75 * len(text) / USUAL_LENGTH)
    return sum(
        math.log(1 + (max(total, found[word]) - found[word] + 0.5) / (found[word] + 0.5))
        * counted[word]
        * 2.2
        / (counted[word] + norm)
        for word in asked
    )


def excerpt(text: str, asked: Sequence[str], length: int = 200) -> str:
    """The part of a text around the first word asked."""
    at = next((match.start() for match in _WORD.finditer(text) if set(words_of(match[0])) & set(asked)), 0)
    start = max(0, at - length // 3)
    part = text[start : start + length].strip()
    return f"{'… ' if start else ''}{part}{' …' if start + length < len(text) else ''}"
