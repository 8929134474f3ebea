"""Pretty-printed JSON in a text: without its white space, or as a table where its rows are alike."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from shared_layer.ai.prompts.json_table import as_table

_START: Final = re.compile(r"^[ \t]*(?:([\[{])[ \t]*\n|(\[)[ \t]*\{)", re.MULTILINE)
_STRING_OR_SPACE: Final = re.compile(r'("(?:[^"\\]|\\.)*")|[ \t\r\n]+')
_ABOUT_LAYOUT: Final = re.compile(
    r"\b(?:lines?|indent\w*|format(?:ting|ted)?|white ?space|layout|pretty|prettif\w+|diff)\b", re.I
)
_JSON_WANTED: Final = re.compile(r"\b(?:return|answer|output|respond|reply|give|write)\b[^.\n]{0,60}\bjson\b", re.I)
_DECODER: Final = json.JSONDecoder()


def compact(text: str) -> str:
    """`text` with each JSON object or array that begins a line made shorter; as it is where it speaks of layout.

    Who asks for JSON back is shown JSON, not a table.
    """
    if not _START.search(text):
        return text
    pieces = list(_pieces(text))
    prose = "".join(piece for piece, is_json in pieces if not is_json)
    if _ABOUT_LAYOUT.search(prose):
        return text
    tables = not _JSON_WANTED.search(prose)
    return "".join(_shorter(piece, tables) if is_json else piece for piece, is_json in pieces)


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, and whether each is a JSON value."""
    position = 0
    while match := _START.search(text, position):
        start = match.start(1) if match[1] else match.start(2)
        try:
            _, end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            end = start + 1
            yield text[position:end], False
        else:
            yield text[position:start], False
            yield text[start:end], True
        position = end
    yield text[position:], False


def _shorter(value: str, tables: bool) -> str:
    dense = _STRING_OR_SPACE.sub(r"\1", value)
    return (as_table(dense) if tables else None) or dense
