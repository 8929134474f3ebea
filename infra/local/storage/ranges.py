"""Byte ranges: of downloads (RFC 9110, Range) and of resumable uploads (Content-Range)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from infra.local.storage.errors import BadRequest, RangeNotSatisfiable

_RANGE = re.compile(r"\s*bytes=(\d*)-(\d*)\s*")
_CONTENT_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")


def requested(header: str | None, size: int) -> tuple[int, int] | None:
    """First byte and the one behind the last of a Range header; None for the whole object.

    Several ranges, or none that can be read, are ignored, as the RFC allows. Raises RangeNotSatisfiable.
    """
    found = _RANGE.fullmatch(header or "")
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(size, int(last) + 1 if last else size)
    if start >= size or start >= stop:
        raise RangeNotSatisfiable(size)
    return start, stop


@dataclass(frozen=True, slots=True)
class Chunk:
    """What a request to a resumable upload carries: bytes from `start` up to before `stop`, of `total` if known.

    `start` None asks only how far the upload is.
    """

    start: int | None
    stop: int
    total: int | None


def uploaded(header: str | None, length: int | None) -> Chunk:
    """Read Content-Range; without one the body is the whole object. Raises BadRequest."""
    if header is None:
        return Chunk(0, length or 0, length)
    found = _CONTENT_RANGE.fullmatch(header.strip())
    if found is None:
        raise BadRequest(f"Content-Range {header!r} is not `bytes FIRST-LAST/TOTAL` or `bytes */TOTAL`.")
    first, last, total = found.groups()
    size = None if total == "*" else int(total)
    if first is None:
        return Chunk(None, 0, size)
    if int(last) < int(first) or (size is not None and int(last) >= size):
        raise BadRequest(f"Content-Range {header!r} contradicts itself.")
    return Chunk(int(first), int(last) + 1, size)
