"""/upload/storage/v1: media, multipart and resumable uploads."""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from infra.local.storage import checksums
from infra.local.storage.answers import answering, json_body, object_answer, origin
from infra.local.storage.conditions import Conditions
from infra.local.storage.contents import content_of
from infra.local.storage.errors import BadRequest, StorageError
from infra.local.storage.multipart import split_multipart
from infra.local.storage.objects import NewObject
from infra.local.storage.ranges import Chunk, uploaded
from infra.local.storage.state import StorageState
from infra.local.storage.stored_object import StoredObject, settings_of
from infra.local.storage.uploads import Upload

_QUANTUM = 256 * 1024
_CANCELLED = 499


class UploadRoutes:
    def __init__(self, state: StorageState) -> None:
        self._state = state

    def routes(self) -> list[BaseRoute]:
        path = "/upload/storage/v1/b/{bucket}/o"
        return [
            Route(path, answering(self.insert), methods=["POST"]),
            Route(path, answering(self.resume), methods=["PUT"]),
            Route(path, answering(self.cancel), methods=["DELETE"]),
        ]

    async def insert(self, request: Request) -> Response:
        kind = request.query_params.get("uploadType")
        if kind == "resumable":
            return await self._begin(request)
        if kind == "multipart":
            resource, media_type, media = split_multipart(request.headers.get("content-type", ""), await request.body())
            return object_answer(await self._store(request, resource, media_type, _once(media)), request)
        if kind == "media":
            media_type = request.headers.get("content-type")
            return object_answer(await self._store(request, {}, media_type, request.stream()), request)
        raise BadRequest(f"uploadType must be media, multipart or resumable, not {kind!r}.")

    async def resume(self, request: Request) -> Response:
        session = self._state.uploads.get(request.query_params.get("upload_id", ""))
        if session.finished is not None:
            return object_answer(self._state.objects.get(session.bucket, session.name, session.finished), request)
        length = request.headers.get("content-length")
        chunk = uploaded(request.headers.get("content-range"), int(length) if length else None)
        with self._state.uploads.writing(session.id):
            if chunk.start is not None:
                self._check_quantum(chunk)
                await self._state.uploads.append(session.id, chunk.start, request.stream())
            received = self._state.uploads.received(session.id)
            if not _is_whole(chunk, received, ended=request.headers.get("content-range") is None):
                return _incomplete(received)
            expected = checksums.announced(session.settings, request.headers.getlist("x-goog-hash"))
            return object_answer(await self._finish(session, expected), request)

    async def cancel(self, request: Request) -> Response:
        session = self._state.uploads.get(request.query_params.get("upload_id", ""))
        self._state.uploads.cancel(session.id)
        return Response(status_code=_CANCELLED)

    async def _begin(self, request: Request) -> Response:
        resource = await json_body(request)
        resource.setdefault("contentType", request.headers.get("x-upload-content-type"))
        name = _name(request, resource)
        bucket = request.path_params["bucket"]
        conditions = Conditions.of(request.query_params)
        self._state.buckets.get(bucket)
        conditions.check(self._state.objects.find(bucket, name))
        session = self._state.uploads.begin(bucket, name, resource, conditions)
        location = f"{origin(request)}/upload/storage/v1/b/{bucket}/o?uploadType=resumable&upload_id={session}"
        return Response(headers={"Location": location, "X-GUploader-UploadID": session})

    async def _finish(self, session: Upload, expected: Mapping[str, str]) -> StoredObject:
        path = self._state.uploads.path(session.id)
        content = await asyncio.to_thread(content_of, path)
        try:
            checksums.check(content, expected)
            new = NewObject(session.bucket, session.name, content, _typed(session.settings, None, session.name))
            stored = await self._state.keep(path, new, session.conditions)
        except StorageError:
            self._state.uploads.cancel(session.id)  # as at Google: the same bytes would be refused again
            raise
        self._state.uploads.finish(session.id, stored.generation)
        return stored

    async def _store(
        self, request: Request, resource: Mapping[str, Any], media_type: str | None, media: AsyncIterator[bytes]
    ) -> StoredObject:
        name = _name(request, resource)
        draft = self._state.contents.draft()
        try:
            async for block in media:
                draft.write(block)
            content = draft.finish()
            checksums.check(content, checksums.announced(resource, request.headers.getlist("x-goog-hash")))
            new = NewObject(request.path_params["bucket"], name, content, _typed(resource, media_type, name))
            return await self._state.keep(draft.path, new, Conditions.of(request.query_params))
        finally:
            draft.discard()

    def _check_quantum(self, chunk: Chunk) -> None:
        is_last = chunk.total == chunk.stop
        if not is_last and chunk.start is not None and (chunk.stop - chunk.start) % _QUANTUM:
            raise BadRequest("A chunk that is not the last one must be a multiple of 256 KiB long.")


def _is_whole(chunk: Chunk, received: int, ended: bool) -> bool:
    """Without Content-Range the body's own end (`ended`) completes the object, whether or not its length was told."""
    if chunk.total is not None:
        return received >= chunk.total
    return ended


def _incomplete(received: int) -> Response:
    return Response(status_code=308, headers={"Range": f"bytes=0-{received - 1}"} if received else {})


def _name(request: Request, resource: Mapping[str, Any]) -> str:
    name = resource.get("name") or request.query_params.get("name")
    if not name:
        raise BadRequest("Required: the object's name.")
    return str(name)


def _typed(resource: Mapping[str, Any], media_type: str | None, name: str) -> dict[str, Any]:
    settings = settings_of(resource)
    guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
    settings["contentType"] = settings.get("contentType") or media_type or guessed
    return settings


async def _once(media: bytes) -> AsyncIterator[bytes]:
    yield media
