"""Which functions run beside this cloud: a file that their runner writes and the Functions listing reads."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


class CatalogueFile:
    """`path` holds a JSON array of entries as infra.local.functions takes them; absent means that none runs.

    Whoever writes it replaces it in one step (a rename). It is read again only when it has changed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int, int] | None = None
        self._entries: Sequence[Mapping[str, Any]] = ()

    def __call__(self) -> Sequence[Mapping[str, Any]]:
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return ()
        stamp = (status.st_ino, status.st_mtime_ns, status.st_size)
        if stamp != self._stamp:
            self._entries = json.loads(self._path.read_bytes())
            self._stamp = stamp
        return self._entries
