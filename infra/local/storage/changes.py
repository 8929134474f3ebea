"""The log of object changes that Eventarc reads: a ChangeFeed in the same database as the objects."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Sequence

from infra.local.changes import Change
from infra.local.storage.database import Database
from infra.local.storage.stored_object import StoredObject, timestamp

_ORIGIN = "https://storage.googleapis.com"
FINALIZED = "google.cloud.storage.object.v1.finalized"
DELETED = "google.cloud.storage.object.v1.deleted"
METADATA_UPDATED = "google.cloud.storage.object.v1.metadataUpdated"


class StorageChanges:
    """Google's CloudEvents of objects: finalized, deleted (overwriting deletes the old generation), metadataUpdated."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._added = asyncio.Event()
        self._last = self._newest()

    def append(self, event_type: str, changed: StoredObject, moment: float) -> None:
        """Log a change inside the transaction that makes it; `announce` wakes the readers after it."""
        attributes = {
            "specversion": "1.0",
            "id": str(uuid.uuid4()),
            "type": event_type,
            "source": f"//storage.googleapis.com/projects/_/buckets/{changed.bucket}",
            "subject": f"objects/{changed.name}",
            "time": timestamp(moment),
            "bucket": changed.bucket,
        }
        data = json.dumps(changed.resource(_ORIGIN), ensure_ascii=False).encode()
        self._database.execute(
            "INSERT INTO changes (attributes, data) VALUES (?, ?)", json.dumps(attributes, ensure_ascii=False), data
        )

    def announce(self) -> None:
        """Wake whoever waits: the transaction is committed."""
        self._last = self._newest()
        self._added.set()
        self._added = asyncio.Event()

    def changes_after(self, position: int, limit: int) -> Sequence[Change]:
        rows = self._database.execute(
            "SELECT position, attributes, data FROM changes WHERE position > ? ORDER BY position LIMIT ?",
            position,
            limit,
        )
        return [Change(row["position"], json.loads(row["attributes"]), "application/json", row["data"]) for row in rows]

    async def wait_beyond(self, position: int) -> None:
        while self._last <= position:
            await self._added.wait()

    def forget(self, position: int) -> None:
        self._database.execute("DELETE FROM changes WHERE position <= ?", position)

    def _newest(self) -> int:
        row = self._database.row("SELECT max(position) AS last FROM changes")
        return -1 if row is None or row["last"] is None else int(row["last"])
