"""A commit: all its writes, their index entries and their changes, or nothing of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from infra.local.firestore.changes import ChangeLog
from infra.local.firestore.events import DocumentChange
from infra.local.firestore.index import reindex
from infra.local.firestore.paths import DocumentPath
from infra.local.firestore.store import Store
from infra.local.firestore.wire import Document, Value, Write, microseconds, timestamp
from infra.local.firestore.writes import Draft, apply_write

_NO_FIELDS: dict[str, Value] = {}


@dataclass(frozen=True, slots=True)
class Written:
    """What came of one write: the document's update time (None after a delete) and its transform results."""

    update_time: int | None
    transform_results: Sequence[Value]


@dataclass(frozen=True, slots=True)
class Committed:
    """What came of a commit, write by write, and the documents as they are behind it."""

    moment: int
    written: Sequence[Written]
    documents: Sequence[Document | None]


class Committer:
    """Applies writes. It never awaits, so no other request sees or makes a state in between."""

    def __init__(self, store: Store, changes: ChangeLog) -> None:
        self._store = store
        self._changes = changes

    def commit(self, writes: Sequence[tuple[DocumentPath, Write]]) -> Committed:
        """Apply `writes` in order, atomically; the first that fails undoes all."""
        # Keys are given outside the SQLite transaction: see `Store.intern`.
        keys = {path.collection: self._store.intern(path.collection) for path, _ in writes}
        drafts: dict[str, Draft] = {}
        touched: list[tuple[Draft, list[Value]]] = []
        logged = False
        with self._store.commit() as moment:
            for path, write in writes:
                draft = drafts.get(path.name)
                if draft is None:
                    draft = drafts[path.name] = Draft.of(path, self._store.latest.get(path))
                touched.append((draft, apply_write(draft, write, moment)))
            for draft in drafts.values():
                if draft.changed:
                    logged |= self._save(draft, keys[draft.path.collection], moment)
        if logged:
            self._changes.announce()
        written = [Written(_update_time(draft), results) for draft, results in touched]
        return Committed(moment, written, [draft.new for draft, _ in touched])

    def _save(self, draft: Draft, key: int, moment: int) -> bool:
        """Write one changed document; whether its change was logged."""
        path, old, new = draft.path, draft.old, draft.new
        body: bytes | None = None
        if new is None:
            self._store.remove(key, path)
        else:
            new.name = path.name
            new.update_time.CopyFrom(timestamp(moment))
            if not new.HasField("create_time"):
                new.create_time.CopyFrom(new.update_time)
            body = new.SerializeToString()
            self._store.put(key, path, moment, body)
        reindex(
            self._store.connection,
            key,
            path.id,
            _NO_FIELDS if old is None else old.fields,
            _NO_FIELDS if new is None else new.fields,
        )
        if not self._changes.wants(path.path):
            return False
        old_body = None if draft.stored is None else draft.stored.body
        self._changes.append(DocumentChange(path, old, new, old_body, body), moment)
        return True


def _update_time(draft: Draft) -> int | None:
    return None if draft.new is None else microseconds(draft.new.update_time)
