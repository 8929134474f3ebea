"""BERT's tokenizer: text to the numbers of the pieces of its words.

The text is cleaned, its accents are taken off, it is cut at spaces, punctuation and Chinese characters, and each word
into the longest pieces that the vocabulary has (Devlin et al. 2018, arXiv:1810.04805; google-research/bert
`tokenization.py`, whose rules these are).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final

LONGEST_WORD: Final = 100
_CHINESE: Final = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)
_PUNCTUATION: Final = ((33, 47), (58, 64), (91, 96), (123, 126))


class WordPiece:
    """The tokenizer of a vocabulary: a piece a line, `##` before those that go on within a word."""

    def __init__(self, file: Path) -> None:
        pieces = file.read_text(encoding="utf-8").split("\n")
        self._numbers = {piece: n for n, piece in enumerate(pieces) if piece}
        self._unknown = self._numbers["[UNK]"]
        self._start, self._end = self._numbers["[CLS]"], self._numbers["[SEP]"]

    def numbers(self, text: str, most: int) -> list[int]:
        """The pieces' numbers, [CLS] before and [SEP] behind them, at most `most` in all: the rest is cut off."""
        found = [self._start]
        for word in _words(text):
            found += self._pieces(word)
            if len(found) >= most:
                break
        return [*found[: most - 1], self._end]

    def _pieces(self, word: str) -> list[int]:
        if len(word) > LONGEST_WORD:
            return [self._unknown]
        found, start, known = [], 0, self._numbers
        while start < len(word):
            mark = "##" if start else ""
            ends = range(len(word), start, -1)
            end = next((end for end in ends if mark + word[start:end] in known), None)
            if end is None:
                return [self._unknown]
            found.append(known[mark + word[start:end]])
            start = end
        return found


def _words(text: str) -> Iterator[str]:
    for word in _cleaned(text).split():
        yield from _cut(word)


def _cleaned(text: str) -> str:
    """Lower case without accents and control characters; Chinese characters stand alone."""
    if text.isascii():
        plain = "".join(c if c.isprintable() else " " if c in "\t\n\r" else "" for c in text)
        return plain.lower()
    spaced = "".join(map(_character, text)).lower()
    return "".join(c for c in unicodedata.normalize("NFD", spaced) if unicodedata.category(c) != "Mn")


def _character(c: str) -> str:
    point = ord(c)
    if point in (0, 0xFFFD):
        return ""
    if c in " \t\n\r" or unicodedata.category(c) == "Zs":
        return " "
    if unicodedata.category(c)[0] == "C":
        return ""
    return f" {c} " if any(first <= point <= last for first, last in _CHINESE) else c


def _cut(word: str) -> Iterator[str]:
    """A word without its punctuation, and each sign of that by itself."""
    start = 0
    for n, c in enumerate(word):
        if _is_punctuation(c):
            if n > start:
                yield word[start:n]
            yield c
            start = n + 1
    if start < len(word):
        yield word[start:]


def _is_punctuation(c: str) -> bool:
    if c.isalnum():
        return False
    point = ord(c)
    return any(first <= point <= last for first, last in _PUNCTUATION) or unicodedata.category(c)[0] == "P"
