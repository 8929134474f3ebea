"""Listing a bucket: prefix, delimiter and pages."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import translate
from re import compile as pattern

from infra.local.storage.conditions import number
from infra.local.storage.database import Database
from infra.local.storage.errors import BadRequest
from infra.local.storage.stored_object import StoredObject

_LARGEST_PAGE = 1000
_BATCH = 200
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What objects.list was asked. Names from `start` on and before `end` (empty: no end)."""

    prefix: str = ""
    delimiter: str = ""
    start: str = ""
    end: str = ""
    with_trailing_delimiter: bool = False
    glob: str = ""
    limit: int = 1000
    after: str = ""

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> ListQuery:
        return cls(
            prefix=parameters.get("prefix", ""),
            delimiter=parameters.get("delimiter", ""),
            start=parameters.get("startOffset", ""),
            end=parameters.get("endOffset", ""),
            with_trailing_delimiter=parameters.get("includeTrailingDelimiter") == "true",
            glob=parameters.get("matchGlob", ""),
            limit=page_size(parameters),
            after=page_start(parameters.get("pageToken", "")),
        )


@dataclass(slots=True)
class Page:
    """`token` is the name behind which the next page begins; empty on the last one."""

    objects: list[StoredObject] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    token: str = ""


def list_objects(database: Database, bucket: str, query: ListQuery) -> Page:
    """One page in the order of the names' UTF-8; a common prefix counts as one entry, as at Google."""
    page = Page()
    glob = pattern(translate(query.glob)) if query.glob else None
    last = ""
    names = _Names(database, bucket, query)
    for found in names:
        if glob is not None and not glob.fullmatch(found.name):
            continue
        if len(page.objects) + len(page.prefixes) >= query.limit:
            page.token = last
            break
        folder = _folder(found.name, query)
        if folder is None:
            page.objects.append(found)
            last = found.name
            continue
        page.prefixes.append(folder)
        if query.with_trailing_delimiter and found.name == folder:
            page.objects.append(found)
        last = folder + _LAST
        names.skip_to(last)
    return page


class _Names:
    """The bucket's objects in order, fetched in batches; `skip_to` leaps over a whole folder without reading it."""

    def __init__(self, database: Database, bucket: str, query: ListQuery) -> None:
        self._database = database
        self._bucket = bucket
        self._query = query
        begin = max(query.prefix, query.start)
        self._position, self._comparison = (query.after, ">") if query.after >= begin else (begin, ">=")
        self._batch: Iterator[StoredObject] = iter(())

    def __iter__(self) -> _Names:
        return self

    def __next__(self) -> StoredObject:
        found = next(self._batch, None)
        if found is None:
            self._batch = iter(self._fetch())
            found = next(self._batch)
        self._position, self._comparison = found.name, ">"
        beyond = self._query.end and found.name >= self._query.end
        if beyond or not found.name.startswith(self._query.prefix):
            raise StopIteration
        return found

    def skip_to(self, name: str) -> None:
        self._position, self._comparison = name, ">"
        self._batch = iter(())

    def _fetch(self) -> list[StoredObject]:
        rows = self._database.execute(
            f"SELECT * FROM objects WHERE bucket = ? AND name {self._comparison} ? ORDER BY name LIMIT ?",  # noqa: S608
            self._bucket, self._position, min(_BATCH, self._query.limit + 1),
        )  # fmt: skip
        return [StoredObject.of(row) for row in rows]


def page_size(parameters: Mapping[str, str]) -> int:
    """maxResults, at most and by default 1000."""
    asked = number(parameters, "maxResults")
    if asked is not None and asked < 1:
        raise BadRequest("maxResults must be positive.")
    return min(asked or _LARGEST_PAGE, _LARGEST_PAGE)


def page_token(last: str) -> str:
    """What stands for "behind `last`"."""
    return base64.urlsafe_b64encode(last.encode()).decode()


def page_start(token: str) -> str:
    """The name behind which the page begins; raises BadRequest for a token that `page_token` did not make."""
    try:
        return base64.urlsafe_b64decode(token).decode()
    except (binascii.Error, UnicodeDecodeError) as broken:
        raise BadRequest("pageToken is not one that a listing gave out.") from broken


def _folder(name: str, query: ListQuery) -> str | None:
    if not query.delimiter:
        return None
    end = name.find(query.delimiter, len(query.prefix))
    return None if end < 0 else name[: end + len(query.delimiter)]
