"""Keywords in a file: a CSV of any keyword tool, or Search Console's own export of searches.

Search Console's export (Queries.csv) has `Top queries, Clicks, Impressions, CTR, Position`. Its numbers are those of a
period that the file does not name, so they are not kept as performance; only the searches are taken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, Literal

from pydantic import ValidationError

from shared_layer.aso.keyword import KeywordRow
from shared_layer.core.errors import ValidationFailed
from shared_layer.core.spreadsheet import read_table

Format = Literal["csv", "search_console"]
ROWS_AT_MOST: Final = 2000

_SPELLINGS: Final = {
    "keyword": ("keyword", "keywords", "query", "queries", "top queries", "search term", "search query", "term",
                "suchanfrage", "haufigste suchanfragen", "häufigste suchanfragen"),
    "volume": ("volume", "search volume", "avg monthly searches", "avg. monthly searches",
               "searches", "monthly volume"),
    "difficulty": ("difficulty", "keyword difficulty", "kd", "kd %", "keyword difficulty (kd) %",
                   "competition (indexed value)"),
    "intent": ("intent", "search intent", "intents"),
    "tags": ("tags", "tag", "labels", "list"),
    "target_url": ("url", "target url", "page", "landing page", "current url"),
}  # fmt: skip
_KNOWN: Final = {spelling: target for target, spellings in _SPELLINGS.items() for spelling in spellings}
_TAG_BREAK: Final = re.compile(r"[;,|]")
_THOUSANDS: Final = re.compile(r"(?<=\d)[,.'\s\u00a0](?=\d{3}(?:\D|$))")


@dataclass(slots=True)
class ReadRow:
    """A row as it was read: a keyword, or its problems. `number` counts from 1 behind the header."""

    number: int
    keyword: KeywordRow | None = None
    problems: list[str] = field(default_factory=list)


def read_file(text: str, form: Format) -> list[ReadRow]:
    """The rows of a file. Raises ValidationFailed where no column holds the keyword, or there are too many rows."""
    header, lines = read_table(text)
    columns = {index: target for index, name in enumerate(header) if (target := _KNOWN.get(name.strip().casefold()))}
    if "keyword" not in columns.values():
        raise ValidationFailed("No column is called Keyword or Query. Name the column that holds the searches so.")
    if form == "search_console":
        columns = {index: target for index, target in columns.items() if target == "keyword"}
    taken = list(islice(lines, ROWS_AT_MOST + 1))
    if len(taken) > ROWS_AT_MOST:
        raise ValidationFailed(f"An import may have {ROWS_AT_MOST} rows. Split the file.")
    return [
        _read(number, {target: line[index] for index, target in columns.items()})
        for number, line in enumerate(taken, 1)
    ]


def _read(number: int, cells: Mapping[str, str]) -> ReadRow:
    given: dict[str, Any] = {name: text for name, text in cells.items() if text}
    if "tags" in given:
        given["tags"] = [part.strip() for part in _TAG_BREAK.split(given["tags"]) if part.strip()]
    if "intent" in given:
        given["intent"] = given["intent"].split(",")[0].strip().casefold()
    for name in ("volume", "difficulty"):
        if name in given:
            given[name] = _number(given[name])
    try:
        return ReadRow(number, KeywordRow.model_validate(given))
    except ValidationError as error:
        entries = error.errors(include_url=False, include_context=False, include_input=False)
        return ReadRow(
            number, None, [f"{'.'.join(map(str, one['loc'])) or 'row'}: {one['msg']}"[:300] for one in entries[:5]]
        )


def _number(text: str) -> Any:
    """`12,100` and `38.0` as whole numbers; whatever else is left for the model to refuse."""
    plain = _THOUSANDS.sub("", text.strip().removesuffix("%").strip())
    try:
        value = float(plain)
    except ValueError:
        return text
    return int(value) if value == int(value) else round(value) if value < 101 else value
