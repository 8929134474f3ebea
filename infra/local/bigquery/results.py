"""The rows of a finished query: encoded once, spilled to a file when they are many, read page by page."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import orjson

from infra.local.bigquery.encoding import encoder, with_float_timestamps
from infra.local.bigquery.fields import Field

_IN_MEMORY = 256 * 1024
# Google ends a page at 10 MB; so a client that does not page still gets every row.
_PAGE_BYTES = 10 * 1024 * 1024


class Results:
    """An append-only list of encoded rows."""

    def __init__(self, fields: Sequence[Field], folder: Path) -> None:
        self.fields = tuple(fields)
        self._encode = encoder(self.fields)
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=str(folder))  # noqa: SIM115 - lives as long as the job
        self._ends = array("Q")

    def __len__(self) -> int:
        return len(self._ends)

    def extend(self, rows: Iterable[Sequence[Any]]) -> None:
        end = self._ends[-1] if self._ends else 0
        self._file.seek(end)
        for row in rows:
            text = orjson.dumps(self._encode(row))
            self._file.write(text)
            end += len(text)
            self._ends.append(end)

    def page(self, start: int, limit: int | None, int64_timestamps: bool) -> list[orjson.Fragment]:
        """Rows from number `start`: at most `limit`, and one page's worth of bytes, but at least one row."""
        last = len(self) if limit is None else min(len(self), start + limit)
        if start >= last:
            return []
        begin = self._ends[start - 1] if start else 0
        stop = start + 1
        while stop < last and self._ends[stop] - begin <= _PAGE_BYTES:
            stop += 1
        self._file.seek(begin)
        blob, cut = self._file.read(self._ends[stop - 1] - begin), begin
        rows: list[orjson.Fragment] = []
        for index in range(start, stop):
            text = blob[cut - begin : self._ends[index] - begin]
            cut = self._ends[index]
            rows.append(orjson.Fragment(text if int64_timestamps else self._floated(text)))
        return rows

    def close(self) -> None:
        self._file.close()

    def _floated(self, text: bytes) -> bytes:
        return orjson.dumps(with_float_timestamps(self.fields, orjson.loads(text)))
