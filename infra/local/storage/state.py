"""What the routes of one Cloud Storage share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.local.clock import Clock
from infra.local.storage.buckets import Buckets
from infra.local.storage.changes import StorageChanges
from infra.local.storage.conditions import Conditions
from infra.local.storage.contents import Content, Contents
from infra.local.storage.database import Database
from infra.local.storage.lifecycle import doomed, has_rules
from infra.local.storage.listing import ListQuery, list_objects
from infra.local.storage.objects import NewObject, Objects
from infra.local.storage.stored_object import StoredObject
from infra.local.storage.uploads import Uploads

_ANY = Conditions()


class StorageState:
    """The buckets, objects, bytes and uploads of one folder."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.clock = clock
        self.database = Database(folder)
        self.changes = StorageChanges(self.database)
        self.buckets = Buckets(self.database, clock)
        self.objects = Objects(self.database, self.changes, clock)
        self.contents = Contents(folder, self.objects.referenced)
        self.uploads = Uploads(self.database, folder, clock)

    def close(self) -> None:
        self.database.close()

    async def keep(self, source: Path, new: NewObject, conditions: Conditions = _ANY) -> StoredObject:
        """Make the bytes of the file `source` an object; the file stays the caller's."""
        async with self.contents.holding(source, new.content):
            stored, replaced = self.objects.put(new, conditions)
        if replaced is not None:
            self.contents.release(replaced)
        return stored

    def copy(
        self, source: StoredObject, bucket: str, name: str, settings: Mapping[str, Any], conditions: Conditions
    ) -> StoredObject:
        """A new object of the same bytes, which are not copied."""
        content = Content(source.content, source.size, source.crc32c, source.md5 or "")
        stored, replaced = self.objects.put(NewObject(bucket, name, content, settings, source.components), conditions)
        if replaced is not None:
            self.contents.release(replaced)
        return stored

    def delete(self, bucket: str, name: str, generation: int | None, conditions: Conditions) -> None:
        self.contents.release(self.objects.delete(bucket, name, generation, conditions))

    def sweep(self) -> None:
        """Apply the lifecycle rules and drop uploads that nobody finished."""
        now = self.clock.now()
        for bucket in self.buckets.page("", "", -1):
            if has_rules(bucket):
                self._sweep_bucket(bucket, now)
        self.uploads.expire()

    def _sweep_bucket(self, bucket: Mapping[str, Any], now: float) -> None:
        token = ""
        while True:
            page = list_objects(self.database, bucket["name"], ListQuery(limit=1000, after=token))
            for old in doomed(bucket, iter(page.objects), now):
                self.delete(old.bucket, old.name, old.generation, _ANY)
            if not page.token:
                return
            token = page.token
