"""Resumable uploads: sessions in SQLite, the bytes so far in a file whose length is the offset to go on from."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.clock import Clock
from infra.local.storage.conditions import Conditions
from infra.local.storage.database import Database
from infra.local.storage.errors import BadRequest, NotFound, UploadBusy

_LIFETIME = 7 * 86_400.0


@dataclass(frozen=True, slots=True)
class Upload:
    """One session. `finished` is the generation that it became; `expected` are the checksums the caller named."""

    id: str
    bucket: str
    name: str
    settings: Mapping[str, Any]
    conditions: Conditions
    finished: int | None


class Uploads:
    """A session lives for a week. Only one request at a time may write to it."""

    def __init__(self, database: Database, folder: Path, clock: Clock) -> None:
        self._database = database
        self._folder = folder / "uploads"
        self._clock = clock
        self._writing: set[str] = set()
        self._folder.mkdir(parents=True, exist_ok=True)

    def begin(self, bucket: str, name: str, settings: Mapping[str, Any], conditions: Conditions) -> str:
        """Answers the session's id. `settings` may hold md5Hash and crc32c, checked when the last byte is there."""
        session = secrets.token_urlsafe(24)
        self.path(session).touch()
        self._database.execute(
            "INSERT INTO uploads VALUES (?, ?, ?, ?, ?, ?, NULL)",
            session, bucket, name, json.dumps(settings), json.dumps(conditions.as_json()), self._clock.now(),
        )  # fmt: skip
        return session

    def get(self, session: str) -> Upload:
        row = self._database.row("SELECT * FROM uploads WHERE id = ?", session)
        if row is None:
            raise NotFound("No such upload: it was finished, cancelled or has expired.")
        conditions = Conditions(**json.loads(row["conditions"]))
        return Upload(row["id"], row["bucket"], row["name"], json.loads(row["settings"]), conditions, row["finished"])

    def path(self, session: str) -> Path:
        return self._folder / session

    def received(self, session: str) -> int:
        """How many bytes are there."""
        return self.path(session).stat().st_size

    async def append(self, session: str, offset: int, body: AsyncIterator[bytes]) -> None:
        """Write `body`, which begins at `offset` of the object; what is there already is passed over.

        What arrived before the caller hung up stays. Raises BadRequest for a gap.
        """
        skip = self.received(session) - offset
        if skip < 0:
            raise BadRequest(f"The upload has {offset + skip} bytes; it cannot go on from {offset}.")
        with self.path(session).open("ab", buffering=0) as file:
            async for block in body:
                if skip < len(block):
                    file.write(block[skip:])
                skip = max(0, skip - len(block))

    @contextmanager
    def writing(self, session: str) -> Iterator[None]:
        """Raises UploadBusy where another request is inside already."""
        if session in self._writing:
            raise UploadBusy("Another request writes to this upload.")
        self._writing.add(session)
        try:
            yield
        finally:
            self._writing.discard(session)

    def finish(self, session: str, generation: int) -> None:
        """Keep the outcome, so that a caller who missed the answer can ask again; drop the bytes."""
        self._database.execute("UPDATE uploads SET finished = ? WHERE id = ?", generation, session)
        self.path(session).unlink(missing_ok=True)

    def cancel(self, session: str) -> None:
        self._database.execute("DELETE FROM uploads WHERE id = ?", session)
        self.path(session).unlink(missing_ok=True)

    def expire(self) -> None:
        """Drop sessions that are older than a week, and bytes that no session knows."""
        oldest = self._clock.now() - _LIFETIME
        self._database.execute("DELETE FROM uploads WHERE created < ?", oldest)
        known = {row["id"] for row in self._database.execute("SELECT id FROM uploads WHERE finished IS NULL")}
        for file in self._folder.iterdir():
            if file.name not in known:
                file.unlink()
