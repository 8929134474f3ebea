"""Cloud Storage, served: the JSON API's routes and the hourly sweep."""

from __future__ import annotations

import asyncio
from pathlib import Path

from starlette.routing import BaseRoute

from infra.local.clock import Clock, SystemClock
from infra.local.storage.bucket_routes import BucketRoutes
from infra.local.storage.changes import StorageChanges
from infra.local.storage.copy_routes import CopyRoutes
from infra.local.storage.object_routes import ObjectRoutes
from infra.local.storage.signed_routes import SignedRoutes
from infra.local.storage.signer import Signer
from infra.local.storage.state import StorageState
from infra.local.storage.upload_routes import UploadRoutes

_SWEEP_SECONDS = 3600.0


class StorageService:
    """Cloud Storage over one folder.

    Google's client reaches it through STORAGE_EMULATOR_HOST with AnonymousCredentials; any credentials are taken. URLs
    signed with the service account key in `signing_key` are honoured. Left out: versions, soft delete, ACLs, holds and
    retention (stored, not enforced), batch requests, decompressing transcoding.
    """

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._state = StorageState(Path(folder), self._clock)
        self._signer = Signer(Path(folder))
        self._sweeper: asyncio.Task[None] | None = None

    @property
    def changes(self) -> StorageChanges:
        """The finalized, deleted and metadataUpdated events of all buckets."""
        return self._state.changes

    @property
    def signing_key(self) -> Path:
        """A key file in Google's service account format, whose signed URLs are good here."""
        return self._signer.path

    def routes(self) -> list[BaseRoute]:
        """In order; the last ones take any /BUCKET/OBJECT, so that they belong behind every other service's."""
        parts = (BucketRoutes, UploadRoutes, CopyRoutes, ObjectRoutes)
        json_api = [route for part in parts for route in part(self._state).routes()]
        return [*json_api, *SignedRoutes(self._state, self._signer).routes()]

    async def start(self) -> None:
        """Begin to sweep: lifecycle rules and forgotten uploads, now and each hour."""
        self._sweeper = asyncio.create_task(self._sweep())

    async def stop(self) -> None:
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.gather(self._sweeper, return_exceptions=True)
        self._state.close()

    async def _sweep(self) -> None:
        while True:
            self._state.sweep()
            await self._clock.sleep(_SWEEP_SECONDS)
