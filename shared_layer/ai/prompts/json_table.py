"""JSON rows of the same shape as a table: each name said once instead of in every row.

    [{"id":1,"city":"Rome","tags":["a"]},{"id":2,"city":"7"}]     becomes     table 2 rows: id,city
                                                                              1,Rome
                                                                              2,"7"

A cell is JSON, but for a text that cannot be taken for anything else, which stands bare. `read_table` is the inverse.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

FEWEST: Final = 3
_BARE: Final = re.compile(r"[A-Za-z][^,\"\[\]{}\n\r]*[^\s,\"\[\]{}]|[A-Za-z]")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_HEAD: Final = re.compile(r"table (\d+) rows: ([^\n]+)\n")
_WORDS: Final = frozenset({"true", "false", "null", "NaN", "Infinity"})
_DECODER: Final = json.JSONDecoder()


class _Raw(str):
    """A number as it was spelt."""


def as_table(dense: str) -> str | None:
    """The table of an array of at least three objects with the same plain names in the same order; None for others."""
    if not dense.startswith("[{"):
        return None
    try:
        rows = json.loads(dense, object_pairs_hook=tuple, parse_int=_Raw, parse_float=_Raw)
    except (ValueError, RecursionError):
        return None
    if len(rows) < FEWEST or not all(isinstance(row, tuple) and row for row in rows):
        return None
    names = [name for name, _ in rows[0]]
    alike = all([name for name, _ in row] == names for row in rows)
    if not alike or len(set(names)) != len(names) or not all(map(_NAME.fullmatch, names)):
        return None
    lines = [",".join(_cell(value) for _, value in row) for row in rows]
    table = "\n".join([f"table {len(rows)} rows: {','.join(names)}", *lines])
    return table if len(table) < len(dense) else None


def read_table(table: str) -> str:
    """The dense JSON of a table. Raises ValueError where it is none."""
    head = _HEAD.match(table)
    if head is None:
        raise ValueError("this is no table")
    names = head[2].split(",")
    cells, rows = _cells(table[head.end() :]), []
    for _ in range(int(head[1])):
        rows.append("{" + ",".join(f"{json.dumps(name)}:{next(cells)}" for name in names) + "}")
    return "[" + ",".join(rows) + "]"


def _cells(text: str) -> Iterator[str]:
    """The cells as JSON, row after row."""
    position = 0
    while position < len(text):
        if text[position] in '"[{':
            _, end = _DECODER.raw_decode(text, position)
            yield text[position:end]
        else:
            end = next((place for place in range(position, len(text)) if text[place] in ",\n"), len(text))
            cell = text[position:end]
            yield cell if cell in _WORDS or not _BARE.fullmatch(cell) else json.dumps(cell, ensure_ascii=False)
        position = end + 1


def _cell(value: Any) -> str:
    if isinstance(value, _Raw):
        return str(value)
    if isinstance(value, str):
        return value if _BARE.fullmatch(value) and value not in _WORDS else json.dumps(value, ensure_ascii=False)
    return _json(value)


def _json(value: Any) -> str:
    """JSON of what `as_table` read: numbers as they were spelt, objects as pairs."""
    if isinstance(value, _Raw):
        return str(value)
    if isinstance(value, tuple):
        return "{" + ",".join(f"{json.dumps(name, ensure_ascii=False)}:{_json(inner)}" for name, inner in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
