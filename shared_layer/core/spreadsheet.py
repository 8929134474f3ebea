"""CSV that goes through spreadsheets unharmed: read whatever they wrote, written so that no cell is run as a formula.

A text that begins with =, +, -, @, a tab or a line break would be a formula to Excel or Sheets
(https://owasp.org/www-community/attacks/CSV_Injection); it is written behind an apostrophe, which reading takes away.
A telephone number in E.164 is no formula and stays as it is.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Final

from shared_layer.core.errors import ValidationFailed

_RISKY: Final = re.compile(r"[=+\-@\t\r\n]")
_NUMBER: Final = re.compile(r"\+\d{4,15}")
MOST_COLUMNS: Final = 200


def cell(text: str) -> str:
    """A text as no spreadsheet runs it."""
    return f"'{text}" if _RISKY.match(text) and not _NUMBER.fullmatch(text) else text


def uncell(text: str) -> str:
    """The text that `cell` wrote."""
    return text[1:] if text.startswith("'") and _RISKY.match(text[1:2]) else text


def line(cells: Iterable[str]) -> str:
    """One line of CSV (RFC 4180)."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow([cell(text) for text in cells])
    return written.getvalue()


def read_table(text: str) -> tuple[list[str], Iterator[list[str]]]:
    """The header and the rows of a CSV text, separated by comma, semicolon or tab, with or without a byte order mark.

    Raises ValidationFailed where there is no header, or a name stands in it twice.
    """
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    separator = max((",", ";", "\t"), key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise ValidationFailed(f"This is no CSV: {error}.") from None
    if not any(header) or len(header) > MOST_COLUMNS:
        raise ValidationFailed(f"The first line must name the columns, at most {MOST_COLUMNS}.")
    named = [name for name in header if name]
    if len(set(named)) < len(named):
        raise ValidationFailed("Two columns have one name. Name each once.")
    return header, _rows(reader, len(header))


def _rows(reader: Iterator[list[str]], width: int) -> Iterator[list[str]]:
    try:
        for row in reader:
            if any(text.strip() for text in row):
                yield [uncell(text.strip()) for text in (row + [""] * width)[:width]]
    except csv.Error as error:
        raise ValidationFailed(f"This is no CSV: {error}.") from None
