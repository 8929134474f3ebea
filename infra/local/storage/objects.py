"""The objects of all buckets: every change one transaction, with its event."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from infra.local.clock import Clock
from infra.local.storage.changes import DELETED, FINALIZED, METADATA_UPDATED, StorageChanges
from infra.local.storage.conditions import Conditions
from infra.local.storage.contents import Content
from infra.local.storage.database import Database
from infra.local.storage.errors import BadRequest, NotFound
from infra.local.storage.stored_object import StoredObject, settings_of

_COLUMNS = (
    "bucket, name, generation, metageneration, content, size, crc32c, md5, components, created, updated, settings"
)
_ANY = Conditions()


@dataclass(frozen=True, slots=True)
class NewObject:
    """What shall become an object. `settings` as SETTABLE names them; `components` for a composed one, without md5."""

    bucket: str
    name: str
    content: Content
    settings: Mapping[str, Any]
    components: int | None = None


class Objects:
    """Raises NotFound where bucket, object or the asked generation is not there."""

    def __init__(self, database: Database, changes: StorageChanges, clock: Clock) -> None:
        self._database = database
        self._changes = changes
        self._clock = clock

    def find(self, bucket: str, name: str) -> StoredObject | None:
        row = self._database.row(f"SELECT {_COLUMNS} FROM objects WHERE bucket = ? AND name = ?", bucket, name)  # noqa: S608
        return StoredObject.of(row) if row else None

    def get(self, bucket: str, name: str, generation: int | None = None) -> StoredObject:
        found = self.find(bucket, name)
        if found is None or generation not in (None, found.generation):
            suffix = "" if generation is None else f"#{generation}"
            raise NotFound(f"No such object: {bucket}/{name}{suffix}")
        return found

    def referenced(self, content: str) -> bool:
        return self._database.row("SELECT 1 FROM objects WHERE content = ? LIMIT 1", content) is not None

    def put(self, new: NewObject, conditions: Conditions = _ANY) -> tuple[StoredObject, str | None]:
        """Create or overwrite; answers the object and the digest that it replaced."""
        _check_name(new.name)
        now = self._clock.now()
        with self._database.transaction():
            if self._database.row("SELECT 1 FROM buckets WHERE name = ?", new.bucket) is None:
                raise NotFound(f"The specified bucket does not exist: {new.bucket}")
            old = self.find(new.bucket, new.name)
            conditions.check(old)
            md5 = None if new.components else new.content.md5
            stored = StoredObject(
                new.bucket, new.name, self._next_generation(now), 1, new.content.digest, new.content.size,
                new.content.crc32c, md5, new.components, now, now, new.settings,
            )  # fmt: skip
            if old is not None:
                self._changes.append(DELETED, old, now)
            self._save(stored)
            self._changes.append(FINALIZED, stored, now)
        self._changes.announce()
        return stored, old.content if old else None

    def patch(
        self, bucket: str, name: str, changes: Mapping[str, Any], conditions: Conditions, whole: bool
    ) -> StoredObject:
        """Merge `changes` into the settings (null removes, a metadata key too), or replace them where `whole`."""
        with self._database.transaction():
            old = self.get(bucket, name)
            conditions.check(old)
            settings = settings_of(changes) if whole else _merged(old.settings, changes)
            now = self._clock.now()
            stored = replace(old, settings=settings, metageneration=old.metageneration + 1, updated=now)
            self._save(stored)
            self._changes.append(METADATA_UPDATED, stored, now)
        self._changes.announce()
        return stored

    def delete(self, bucket: str, name: str, generation: int | None = None, conditions: Conditions = _ANY) -> str:
        """Answers the digest that the object had."""
        with self._database.transaction():
            old = self.get(bucket, name, generation)
            conditions.check(old)
            self._database.execute("DELETE FROM objects WHERE bucket = ? AND name = ?", bucket, name)
            self._changes.append(DELETED, old, self._clock.now())
        self._changes.announce()
        return old.content

    def _next_generation(self, now: float) -> int:
        """Microseconds of the clock, as at Google, and always more than the last one."""
        row = self._database.row("SELECT last FROM generations")
        generation = max(int(now * 1e6), (int(row["last"]) if row else 0) + 1)
        self._database.execute("UPDATE generations SET last = ?", generation)
        return generation

    def _save(self, stored: StoredObject) -> None:
        values = [getattr(stored, column) for column in _COLUMNS.split(", ")[:-1]]
        marks = ", ".join("?" * (len(values) + 1))
        self._database.execute(
            f"INSERT OR REPLACE INTO objects ({_COLUMNS}) VALUES ({marks})",  # noqa: S608 - constants
            *values,
            json.dumps(stored.settings),
        )


def _check_name(name: str) -> None:
    if not name or len(name.encode()) > 1024 or "\r" in name or "\n" in name or name in (".", ".."):
        raise BadRequest("An object's name has 1 to 1024 bytes of UTF-8, no line breaks, and is not . or ..")


def _merged(settings: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(settings)
    for name, value in changes.items():
        if name == "metadata" and value is not None:
            merged["metadata"] = {**settings.get("metadata", {}), **value}
        else:
            merged[name] = value
    return settings_of(merged)
