"""The objects' bytes: files named by their SHA-256, complete and on the disk before any object points at them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import google_crc32c

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Content:
    """What is known of some bytes: their SHA-256 in hex, length, and the API's two checksums in base64."""

    digest: str
    size: int
    crc32c: str
    md5: str


class Draft:
    """Bytes that still arrive, in a file of their own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("xb")
        self._sums = _Sums()

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._sums.add(data)

    def finish(self) -> Content:
        """Close the file and tell what it holds."""
        self._file.close()
        return self._sums.content()

    def discard(self) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)


class Contents:
    """`referenced` tells whether any object has a digest: bytes that none has are deleted."""

    def __init__(self, folder: Path, referenced: Callable[[str], bool]) -> None:
        self._folder = folder / "contents"
        self._drafts = folder / "drafts"
        self._referenced = referenced
        self._pinned: Counter[str] = Counter()
        for place in (self._folder, self._drafts):
            place.mkdir(parents=True, exist_ok=True)
        self._clear_leftovers()

    def draft(self) -> Draft:
        return Draft(self._drafts / secrets.token_hex(16))

    def open(self, digest: str) -> BinaryIO:
        """The bytes for reading; they stay readable through this handle also when the object is deleted meanwhile."""
        return self._path(digest).open("rb")

    @asynccontextmanager
    async def holding(self, source: Path, content: Content) -> AsyncIterator[None]:
        """Inside, the bytes of the file `source` are durably kept; they stay if an object refers to them by the end."""
        self._pinned[content.digest] += 1
        try:
            await asyncio.to_thread(_place, source, self._path(content.digest))
            yield
        finally:
            self._pinned[content.digest] -= 1
            self.release(content.digest)

    def release(self, digest: str) -> None:
        """Delete the bytes unless an object, or an upload about to become one, needs them."""
        if not self._pinned[digest]:
            del self._pinned[digest]
            if not self._referenced(digest):
                self._path(digest).unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest[2:]

    def _clear_leftovers(self) -> None:
        """What a crash left: drafts nobody finishes, and contents whose object was never committed."""
        for draft in self._drafts.iterdir():
            draft.unlink()
        for kept in self._folder.glob("??/*"):
            if not self._referenced(kept.parent.name + kept.name):
                kept.unlink()


class _Sums:
    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._crc32c = google_crc32c.Checksum()  # type: ignore[no-untyped-call]
        self._size = 0

    def add(self, data: bytes) -> None:
        self._sha256.update(data)
        self._md5.update(data)
        self._crc32c.update(data)  # type: ignore[no-untyped-call]
        self._size += len(data)

    def content(self) -> Content:
        crc32c, md5 = (base64.b64encode(sums.digest()).decode() for sums in (self._crc32c, self._md5))
        return Content(self._sha256.hexdigest(), self._size, crc32c, md5)


def content_of(path: Path) -> Content:
    """Read the whole file for its checksums: blocking, for a thread."""
    sums = _Sums()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            sums.add(block)
    return sums.content()


def _place(source: Path, target: Path) -> None:
    """Make `target` the bytes of `source`, on the disk before it has its name. `source` stays."""
    if target.exists():
        return
    with source.open("rb") as file:
        os.fsync(file.fileno())
    target.parent.mkdir(exist_ok=True)
    try:
        os.link(source, target)
    except FileExistsError:
        return
    directory = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
