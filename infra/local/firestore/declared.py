"""The indexes that a deployment declares, a line each, as the Firebase tools write them: `firestore.indexes.json`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from infra.local.firestore.composite import CONTAINS, CompositeIndex, missing
from infra.local.firestore.errors import FailedPrecondition
from infra.local.firestore.query import Query


class DeclaredIndexes:
    """Refuses, as Firestore does, a query whose index `file` does not declare; without a file, none is refused.

    With `record`, what is missing is added to the file instead.
    """

    def __init__(self, file: Path | None, record: bool = False) -> None:
        self._file = file
        self._record = record
        self._written = 0
        self._known: frozenset[CompositeIndex] = frozenset()

    def check(self, query: Query) -> None:
        """Raises FailedPrecondition, saying what to add to the file, for a query that the cloud would not answer."""
        if self._file is None or not missing(query, self._known):
            return
        self._refresh(self._file)
        lacking = missing(query, self._known)
        if not lacking:
            return
        if not self._record:
            lines = "\n".join(json.dumps(as_entry(index)) for index in lacking)
            raise FailedPrecondition(f"The query requires an index. Add to {self._file.name}:\n{lines}")
        self._known |= set(lacking)
        self._file.write_text(written(self._known), encoding="utf-8")

    def _refresh(self, file: Path) -> None:
        """Read the file where it was written since: an index that was just added is known."""
        changed = file.stat().st_mtime_ns
        if changed != self._written:
            self._known = frozenset(read(file.read_text(encoding="utf-8")))
            self._written = changed


def read(text: str) -> tuple[CompositeIndex, ...]:
    """The indexes of a `firestore.indexes.json`, those of single fields over collection groups included."""
    return tuple(
        CompositeIndex(entry["collectionGroup"], entry["queryScope"] == "COLLECTION_GROUP", _fields(entry["fields"]))
        for entry in json.loads(text)["indexes"]
    )


def written(indexes: Iterable[CompositeIndex]) -> str:
    """A `firestore.indexes.json` of these indexes, a line each, sorted."""
    lines = ",\n".join(f"    {json.dumps(as_entry(index))}" for index in sorted(set(indexes)))
    return f'{{\n  "indexes": [\n{lines}\n  ]\n}}\n'


def as_entry(index: CompositeIndex) -> dict[str, Any]:
    """One index as the file holds it."""
    return {
        "collectionGroup": index.collection,
        "queryScope": "COLLECTION_GROUP" if index.group else "COLLECTION",
        "fields": [
            {"fieldPath": path, **({"arrayConfig": kind} if kind == CONTAINS else {"order": kind})}
            for path, kind in index.fields
        ],
    }


def _fields(entries: Iterable[dict[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((entry["fieldPath"], entry.get("arrayConfig") or entry["order"]) for entry in entries)
